//! A folder of the host behaves like a directory of the file system, as an overlay and written through.

use crate::folder::MemoryFolder;
use crate::ops::{Op, Outcome, Text, Value, sequence};
use crate::world::{World, context, difference};
use proptest::prelude::*;
use std::sync::{Arc, Mutex};
use terrarium_unix::abi::{Errno, OpenFlags, Timespec};
use terrarium_unix::vfs::{At, Context, HostMount, Layer, MountMode, MountQuota, Vfs, VfsLimits};

const BASE: &[u8] = b"/home/earth/m";

fn empty() -> Vfs {
    let mut vfs = Vfs::new(Layer::unix(), VfsLimits::UNLIMITED);
    vfs.host_mkdir(&Context::guest(Timespec { sec: 1_800_000_000, nsec: 5 }), BASE).unwrap();
    vfs
}

/// Makes a file system whose directory is `folder`.
fn mounted(folder: &MemoryFolder, mode: MountMode, quota: MountQuota) -> Vfs {
    let mut vfs = empty();
    let mount = HostMount { folder: Arc::new(folder.clone()), mode, quota: Arc::new(quota) };
    vfs.mount_folder(&Context::guest(Timespec::default()), BASE, mount).unwrap();
    vfs
}

fn world(vfs: Vfs) -> World {
    World { count_dirs: false, ..World::new(vfs, context(1000, 1000), BASE) }
}

/// Returns an operation with modes that a mount keeps, if mounts have it.
fn suited(op: &Op, has_links: bool) -> Option<Op> {
    let mut op = op.clone();
    match &mut op {
        Op::Open { mode, flags, .. } => {
            *mode = 0o644;
            if flags.contains(OpenFlags::TMPFILE) || flags.contains(OpenFlags::NOATIME) {
                return None;
            }
        }
        Op::Mkdir { mode, .. } => *mode = 0o755,
        Op::Chmod { mode, .. } => *mode = 0o755,
        Op::Symlink { .. } | Op::Readlink { .. } | Op::Link { .. } if !has_links => return None,
        // Device nodes and owners are not the host's.
        Op::Mknod { .. } | Op::Chown { .. } => return None,
        _ => {}
    }
    Some(op)
}

/// Returns an outcome without what a mount does not tell: links, times of directories and parts of microseconds.
fn comparable(outcome: Outcome) -> Outcome {
    match outcome {
        Ok(Value::Status(mut status)) => {
            status.nlink = None;
            status.mtime = status.mtime.filter(|_| status.size.is_some()).map(Timespec::whole_micros);
            Ok(Value::Status(status))
        }
        other => other,
    }
}

fn check(mut own: World, mut mount: World, ops: &[Op], has_links: bool) -> Result<(), TestCaseError> {
    let marks = (own.vfs.mark(), mount.vfs.mark());
    for op in ops.iter().filter_map(|op| suited(op, has_links)) {
        let outcome = comparable(mount.apply(&op));
        if outcome == Err(Errno::EXDEV) {
            // A folder of an overlay stays where it is.
            continue;
        }
        let expected = comparable(own.apply(&op));
        // In a removed directory, either may be told first.
        if (&expected, &outcome) != (&Err(Errno::ENOENT), &Err(Errno::ENAMETOOLONG)) {
            prop_assert_eq!(expected, outcome, "{:?}", op);
        }
    }
    let (tree, other) = (tree(&own), tree(&mount));
    prop_assert!(tree == other, "{}", difference(&tree, &other));
    if has_links {
        let (own, mount) = (own.vfs.changes(&marks.0), mount.vfs.changes(&marks.1));
        prop_assert_eq!((own.created, own.deleted), (mount.created, mount.deleted));
        // An overlay also reports files whose attributes alone changed.
        prop_assert!(own.modified.iter().all(|path| mount.modified.contains(path)));
    }
    Ok(())
}

fn tree(world: &World) -> crate::world::Tree {
    let mut tree = world.tree(BASE);
    for (status, _) in tree.values_mut() {
        status.nlink = None;
        status.mtime = status.mtime.filter(|_| status.size.is_some()).map(Timespec::whole_micros);
    }
    tree
}

fn folder() -> MemoryFolder {
    MemoryFolder { vfs: Arc::new(Mutex::new(empty())), base: BASE }
}

/// Makes the same tree in a file system and in a folder.
fn prepare(vfs: &mut Vfs, ops: &[Op]) {
    let mut start = world(vfs.clone());
    // The tree must be the folder's alone.
    let stays_inside = |op: &&Op| !format!("{op:?}").contains("..");
    for op in ops.iter().filter(stays_inside).filter_map(|op| suited(op, false)) {
        let _ = start.apply(&op);
    }
    start.close_all();
    start.return_to(BASE);
    *vfs = start.vfs;
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_overlay_is_as_good_as_a_directory(before in sequence(BASE, 40), after in sequence(BASE, 60)) {
        let (mut own, folder) = (empty(), folder());
        prepare(&mut own, &before);
        prepare(&mut folder.vfs.lock().unwrap(), &before);
        let untouched = tree(&world(folder.vfs.lock().unwrap().clone()));
        let mount = mounted(&folder, MountMode::Overlay, MountQuota::new(0, 0));
        check(world(own), world(mount), &after, true)?;
        prop_assert_eq!(tree(&world(folder.vfs.lock().unwrap().clone())), untouched, "the host's folder");
    }

    #[test]
    fn a_folder_that_is_written_through_is_as_good_as_a_directory(
        before in sequence(BASE, 40),
        after in sequence(BASE, 60),
    ) {
        let (mut own, folder) = (empty(), folder());
        prepare(&mut own, &before);
        prepare(&mut folder.vfs.lock().unwrap(), &before);
        let mount = mounted(&folder, MountMode::ReadWrite, MountQuota::new(u64::MAX, u64::MAX));
        check(world(own), world(mount), &after, false)?;
    }

    #[test]
    fn nothing_changes_a_folder_that_is_only_shown(before in sequence(BASE, 40), after in sequence(BASE, 60)) {
        let folder = folder();
        prepare(&mut folder.vfs.lock().unwrap(), &before);
        let untouched = tree(&world(folder.vfs.lock().unwrap().clone()));
        let mut mount = world(mounted(&folder, MountMode::ReadOnly, MountQuota::new(u64::MAX, u64::MAX)));
        for op in &after {
            let _ = mount.apply(op);
        }
        prop_assert_eq!(tree(&world(folder.vfs.lock().unwrap().clone())), untouched);
    }

    #[test]
    fn a_quota_holds_whatever_is_done(
        before in sequence(BASE, 40),
        after in sequence(BASE, 100),
        bytes in 0..5_000_u64,
        files in 0..6_u64,
    ) {
        let folder = folder();
        prepare(&mut folder.vfs.lock().unwrap(), &before);
        let used = || folder.vfs.lock().unwrap().usage();
        let start = used();
        let mut mount = world(mounted(&folder, MountMode::ReadWrite, MountQuota::new(bytes, files)));
        for op in after.iter().filter_map(|op| suited(op, false)) {
            let _ = mount.apply(&op);
            let now = used();
            prop_assert!(now.bytes <= start.bytes + bytes, "{start:?} {now:?} {bytes} {op:?}");
            prop_assert!(now.inodes <= start.inodes + files, "{start:?} {now:?} {files} {op:?}");
        }
    }
}

#[test]
fn a_file_that_is_removed_from_an_overlay_while_it_is_open_can_be_written_and_stays_removed() {
    let folder = folder();
    let guest = Context::guest(Timespec::default());
    folder.vfs.lock().unwrap().host_write(&guest, &[BASE, b"/d/f"].concat(), b"old".to_vec()).unwrap();
    let mut vfs = mounted(&folder, MountMode::Overlay, MountQuota::new(0, 0));
    let path = [BASE, b"/d/f"].concat();
    let open = vfs.open(&guest, At::root(&path), OpenFlags::RDWR, 0).unwrap();
    vfs.unlink(&guest, At::root(&path)).unwrap();
    vfs.rmdir(&guest, At::root(&[BASE, b"/d"].concat())).unwrap();
    assert_eq!(vfs.write_at(&guest, open.ino, 3, b" and new"), Ok(8));
    let mut seen = [0; 20];
    assert_eq!(vfs.read_at(open.ino, 0, &mut seen), Ok(11));
    assert_eq!(&seen[..11], b"old and new");
    assert_eq!(vfs.host_read(&path).unwrap_err(), Errno::ENOENT);
    vfs.release(open.ino);
    assert_eq!(Text(folder.vfs.lock().unwrap().host_read(&path).unwrap().into_vec().unwrap()), Text(b"old".to_vec()));
}
