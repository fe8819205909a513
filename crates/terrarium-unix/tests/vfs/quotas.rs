//! Quotas are exact, never exceeded, and returned in full.

use crate::ops::sequence;
use crate::world::{World, context};
use proptest::prelude::*;
use std::collections::HashSet;
use std::sync::Arc;
use terrarium_unix::abi::{Errno, FallocateFlags, OpenFlags, Timespec};
use terrarium_unix::vfs::{At, Content, Follow, Ino, Layer, LayerBuilder, NodeKind, Usage, Vfs, VfsLimits};

const HOME: &[u8] = b"/home/earth";

fn fresh(limits: VfsLimits) -> World {
    World::new(Vfs::new(Layer::unix(), limits), context(1000, 1000), HOME)
}

/// Counts, from outside, the content of a file system on the plain layer: named files, and those that only `held`
/// keeps.
fn counted(vfs: &Vfs, held: &[Ino]) -> Usage {
    let below = Layer::unix().len() as u64;
    let own = |ino: Ino| ino.get() > below;
    let bytes = |ino| match vfs.kind(ino).unwrap() {
        NodeKind::Regular => vfs.size(ino).unwrap(),
        NodeKind::Symlink => vfs.readlink(ino).unwrap().len() as u64,
        _ => 0,
    };
    let mut usage = Usage::default();
    let mut seen = HashSet::new();
    let mut todo = vec![Ino::ROOT];
    while let Some(dir) = todo.pop() {
        for entry in vfs.readdir(dir, 2, u64::MAX, usize::MAX).unwrap() {
            if vfs.kind(entry.ino) == Ok(NodeKind::Directory) {
                todo.push(entry.ino);
            }
            if own(entry.ino) {
                usage.inodes += 1;
                usage.bytes += if seen.insert(entry.ino) { bytes(entry.ino) } else { 0 };
            }
        }
    }
    for ino in held {
        if own(*ino) && seen.insert(*ino) {
            usage.inodes += 1;
            usage.bytes += bytes(*ino);
        }
    }
    usage
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn usage_is_exact_within_limits_and_given_back(ops in sequence(HOME, 80)) {
        let limits = VfsLimits { bytes: 250_000, inodes: 9, file_bytes: Some(200_000) };
        let mut world = fresh(limits);
        for op in &ops {
            let outcome = world.apply(op);
            let held: Vec<Ino> =
                world.slots.iter().flatten().map(|(ino, _)| *ino).chain([world.cwd]).collect();
            let usage = world.vfs.usage();
            prop_assert_eq!(usage, counted(&world.vfs, &held), "{:?} -> {:?}", op, outcome);
            prop_assert!(usage.bytes <= limits.bytes && usage.inodes <= limits.inodes, "{:?}: {:?}", op, usage);
        }
        world.close_all();
        world.return_to(HOME);
        // All places where the guest can have made something.
        for dir in [&b"/home/earth"[..], b"/tmp", b""] {
            let ino = world.vfs.resolve(&context(0, 0), At::root(&[dir, b"/"].concat()), Follow::Yes).unwrap();
            for entry in world.vfs.readdir(ino, 2, u64::MAX, usize::MAX).unwrap() {
                if entry.ino.get() > Layer::unix().len() as u64 {
                    world.vfs.host_remove(&world.ctx, &[dir, b"/", &*entry.name].concat()).unwrap();
                }
            }
        }
        prop_assert_eq!(world.vfs.usage(), Usage::default());
    }
}

/// Makes a file system with few bytes, and one open file in it.
fn with_file(limits: VfsLimits) -> (Vfs, Ino) {
    let mut vfs = Vfs::new(Layer::unix(), limits);
    let flags = OpenFlags::RDWR | OpenFlags::CREAT;
    let opened = vfs.open(&context(1000, 1000), At::root(b"/tmp/f"), flags, 0o644).unwrap();
    (vfs, opened.ino)
}

#[test]
fn a_write_fills_what_is_left_and_the_next_one_fails() {
    let ctx = context(1000, 1000);
    let (mut vfs, ino) = with_file(VfsLimits { bytes: 100, ..VfsLimits::default() });
    assert_eq!(vfs.write_at(&ctx, ino, 0, &[1; 60]), Ok(60));
    assert_eq!(vfs.write_at(&ctx, ino, 60, &[2; 60]), Ok(40));
    assert_eq!(vfs.write_at(&ctx, ino, 100, &[3]), Err(Errno::ENOSPC));
    // Existing content can still be overwritten.
    assert_eq!(vfs.write_at(&ctx, ino, 90, &[4; 60]), Ok(10));
    assert_eq!(vfs.usage(), Usage { bytes: 100, inodes: 1 });
    vfs.truncate(&ctx, ino, 0).unwrap();
    assert_eq!(vfs.usage().bytes, 0);
}

#[test]
fn holes_count_and_cost_no_memory() {
    let ctx = context(1000, 1000);
    let (mut vfs, ino) = with_file(VfsLimits { bytes: 1 << 40, ..VfsLimits::default() });
    vfs.truncate(&ctx, ino, 1 << 40).unwrap();
    assert_eq!(vfs.usage().bytes, 1 << 40);
    let mut buf = [7; 100];
    assert_eq!(vfs.read_at(ino, 1 << 39, &mut buf), Ok(100));
    assert_eq!(buf, [0; 100]);
    assert_eq!(vfs.truncate(&ctx, ino, (1 << 40) + 1), Err(Errno::ENOSPC));
    assert_eq!(vfs.fallocate(&ctx, ino, FallocateFlags::empty(), 1 << 40, 1), Err(Errno::ENOSPC));
    assert_eq!(vfs.write_at(&ctx, ino, 1 << 40, &[1]), Err(Errno::ENOSPC));
    assert_eq!(vfs.stat(ino).unwrap().size, 1 << 40);
}

#[test]
fn sizes_that_no_offset_can_say_are_refused() {
    let ctx = context(1000, 1000);
    let (mut vfs, ino) = with_file(VfsLimits::UNLIMITED);
    for size in [1 << 63, u64::MAX] {
        assert_eq!(vfs.truncate(&ctx, ino, size), Err(Errno::EFBIG));
        assert_eq!(vfs.write_at(&ctx, ino, size, &[1]), Err(Errno::EFBIG));
    }
    assert_eq!(vfs.fallocate(&ctx, ino, FallocateFlags::empty(), u64::MAX, u64::MAX), Err(Errno::EFBIG));
    vfs.truncate(&ctx, ino, i64::MAX as u64).unwrap();
    assert_eq!(vfs.read_at(ino, u64::MAX, &mut [0; 10]), Ok(0));
    // No host has the memory for it; the error is not a panic.
    assert_eq!(vfs.host_read(b"/tmp/f").unwrap_err(), Errno::ENOMEM);
    assert_eq!(vfs.write_at(&ctx, ino, i64::MAX as u64 - 5, &[1]), Err(Errno::ENOMEM));
}

#[test]
fn a_single_file_has_its_own_limit() {
    let ctx = context(1000, 1000);
    let limits = VfsLimits { file_bytes: Some(10), ..VfsLimits::default() };
    let (mut vfs, ino) = with_file(limits);
    assert_eq!(vfs.write_at(&ctx, ino, 4, &[1; 10]), Ok(6));
    assert_eq!(vfs.write_at(&ctx, ino, 10, &[1]), Err(Errno::EFBIG));
    assert_eq!(vfs.truncate(&ctx, ino, 11), Err(Errno::EFBIG));
    assert_eq!(vfs.host_write(&ctx, b"/tmp/g", vec![0; 11]).unwrap_err(), Errno::EFBIG);
    assert!(vfs.host_write(&ctx, b"/tmp/g", vec![0; 10]).is_ok());
}

#[test]
fn names_and_link_targets_count() {
    let ctx = context(1000, 1000);
    let (mut vfs, ino) = with_file(VfsLimits { bytes: 1000, inodes: 4, file_bytes: None });
    vfs.link(&ctx, At::root(b"/tmp/f"), Follow::No, At::root(b"/tmp/g")).unwrap();
    vfs.symlink(&ctx, &[b'x'; 600], At::root(b"/tmp/s")).unwrap();
    assert_eq!(vfs.usage(), Usage { bytes: 600, inodes: 3 });
    assert_eq!(vfs.symlink(&ctx, &[b'x'; 600], At::root(b"/tmp/t")), Err(Errno::ENOSPC));
    vfs.mkdir(&ctx, At::root(b"/tmp/d"), 0o755).unwrap();
    assert_eq!(vfs.mkdir(&ctx, At::root(b"/tmp/e"), 0o755), Err(Errno::ENOSPC));
    assert_eq!(vfs.link(&ctx, At::root(b"/tmp/f"), Follow::No, At::root(b"/tmp/h")), Err(Errno::ENOSPC));
    let create = OpenFlags::CREAT | OpenFlags::WRONLY;
    assert_eq!(vfs.open(&ctx, At::root(b"/tmp/h"), create, 0o644), Err(Errno::ENOSPC));
    // Renaming needs no additional room, even when it replaces something.
    vfs.rename(&ctx, At::root(b"/tmp/g"), At::root(b"/tmp/s")).unwrap();
    assert_eq!(vfs.usage(), Usage { bytes: 0, inodes: 3 });
    // The last name is removed; the open file stays and counts.
    vfs.unlink(&ctx, At::root(b"/tmp/s")).unwrap();
    vfs.unlink(&ctx, At::root(b"/tmp/f")).unwrap();
    assert_eq!(vfs.write_at(&ctx, ino, 0, &[1; 5]), Ok(5));
    assert_eq!(vfs.usage(), Usage { bytes: 5, inodes: 2 });
    vfs.release(ino);
    assert_eq!(vfs.usage(), Usage { bytes: 0, inodes: 1 });
    assert_eq!(vfs.stat(ino), Err(Errno::EBADF));
}

#[test]
fn a_layer_s_file_counts_in_full_from_its_first_change_on() {
    let mut builder = LayerBuilder::unix();
    builder.owner(terrarium_unix::vfs::Credentials::GUEST);
    builder.add_file(b"/data/big", vec![7; 500], 0o644, Timespec::default()).unwrap();
    builder.add_file(b"/data/other", vec![7; 300], 0o644, Timespec::default()).unwrap();
    let layer = Arc::new(builder.build());
    let ctx = context(1000, 1000);
    let mut vfs = Vfs::new(layer.clone(), VfsLimits { bytes: 600, inodes: 1, file_bytes: None });
    let big = vfs.open(&ctx, At::root(b"/data/big"), OpenFlags::RDWR, 0).unwrap().ino;
    let other = vfs.open(&ctx, At::root(b"/data/other"), OpenFlags::RDWR, 0).unwrap().ino;
    vfs.chmod(&ctx, big, 0o600).unwrap();
    assert_eq!(vfs.usage(), Usage::default());
    assert_eq!(vfs.write_at(&ctx, big, 0, &[1]), Ok(1));
    assert_eq!(vfs.usage(), Usage { bytes: 500, inodes: 0 });
    assert_eq!(vfs.write_at(&ctx, other, 0, &[1]), Err(Errno::ENOSPC));
    assert_eq!(vfs.truncate(&ctx, other, 101), Err(Errno::ENOSPC));
    vfs.truncate(&ctx, other, 100).unwrap();
    assert_eq!(vfs.usage(), Usage { bytes: 600, inodes: 0 });
    // Deletion returns what the file counted, and no more.
    vfs.unlink(&ctx, At::root(b"/data/big")).unwrap();
    assert_eq!(vfs.usage().bytes, 600);
    vfs.release(big);
    assert_eq!(vfs.usage(), Usage { bytes: 100, inodes: 0 });
    assert_eq!(vfs.resolve(&ctx, At::root(b"/data/big"), Follow::Yes), Err(Errno::ENOENT));
    // The layer itself is unchanged.
    let again = Vfs::new(layer, VfsLimits::default());
    assert_eq!(again.host_read(b"/data/big").unwrap().into_vec().unwrap(), vec![7; 500]);
    assert_eq!(again.host_read(b"/data/other").unwrap().len(), 300);
}

#[test]
fn the_host_s_files_count_and_are_not_copied() {
    let ctx = context(1000, 1000);
    let mut vfs = Vfs::new(Layer::unix(), VfsLimits { bytes: 100, ..VfsLimits::default() });
    let bytes: Arc<[u8]> = Arc::from(vec![9; 80]);
    vfs.host_write(&ctx, b"/home/earth/in/a.bin", bytes.clone()).unwrap();
    assert_eq!(vfs.usage(), Usage { bytes: 80, inodes: 2 });
    let Content::Shared(back) = vfs.host_read(b"/home/earth/in/a.bin").unwrap() else { panic!("it was copied") };
    assert!(Arc::ptr_eq(&bytes, &back));
    assert_eq!(vfs.host_write(&ctx, b"/home/earth/b.bin", vec![0; 21]), Err(Errno::ENOSPC));
    // Replacing counts the difference.
    vfs.host_write(&ctx, b"/home/earth/in/a.bin", vec![0; 100]).unwrap();
    assert_eq!(vfs.usage().bytes, 100);
    assert_eq!(vfs.host_write(&ctx, b"/home/earth/in/a.bin", vec![0; 101]), Err(Errno::ENOSPC));
    vfs.host_remove(&ctx, b"/home/earth/in").unwrap();
    assert_eq!(vfs.usage(), Usage::default());
}

#[test]
fn a_cut_file_does_not_keep_the_host_s_bytes_alive() {
    let ctx = context(1000, 1000);
    let mut vfs = Vfs::new(Layer::unix(), VfsLimits::default());
    for kept in [0, 1, 70_000, 400_000] {
        let bytes: Arc<[u8]> = (0..1_000_000).map(|n: u32| n as u8).collect();
        let watched = Arc::downgrade(&bytes);
        let ino = vfs.host_write(&ctx, b"/tmp/input", bytes.clone()).unwrap();
        vfs.truncate(&ctx, ino, 900_000).unwrap();
        vfs.truncate(&ctx, ino, kept).unwrap();
        let expected = bytes[..kept as usize].to_vec();
        drop(bytes);
        assert!(watched.upgrade().is_none(), "{kept} bytes keep a million");
        assert_eq!(vfs.usage().bytes, kept);
        assert_eq!(vfs.host_read(b"/tmp/input").unwrap().into_vec().unwrap(), expected);
    }
}

#[test]
fn statfs_tells_the_quotas() {
    let ctx = context(1000, 1000);
    let (mut vfs, ino) = with_file(VfsLimits { bytes: 1 << 20, inodes: 50, file_bytes: None });
    vfs.write_at(&ctx, ino, 0, &[1; 4097]).unwrap();
    let stat = vfs.statfs();
    assert_eq!((stat.blocks, stat.bfree, stat.bsize), (256, 254, 4096));
    assert_eq!((stat.files, stat.ffree, stat.namelen), (50, 49, 255));
}
