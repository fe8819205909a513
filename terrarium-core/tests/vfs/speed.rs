//! Orders of magnitude that other parts count on. The bounds leave a busy machine ten times what is usual.

use crate::world::context;
use std::sync::Arc;
use std::time::{Duration, Instant};
use terrarium_core::abi::{OpenFlags, Timespec};
use terrarium_core::vfs::{At, Ino, LayerBuilder, Vfs, VfsLimits};

/// The best of some runs.
fn fastest(mut run: impl FnMut()) -> Duration {
    let time = |run: &mut dyn FnMut()| {
        let start = Instant::now();
        run();
        start.elapsed()
    };
    (0..20).map(|_| time(&mut run)).min().unwrap()
}

fn large_layer() -> Arc<terrarium_core::vfs::Layer> {
    let mut builder = LayerBuilder::unix();
    for n in 0..5000 {
        let path = format!("/lib/python3.14/site-packages/package{}/module{n}.py", n % 100);
        builder.add_file(path.as_bytes(), "pass", 0o644, Timespec::default()).unwrap();
    }
    Arc::new(builder.build())
}

#[test]
fn a_fresh_file_system_with_one_written_file_takes_microseconds() {
    let (layer, ctx) = (large_layer(), context(1000, 1000));
    let time = fastest(|| {
        let mut vfs = Vfs::new(layer.clone(), VfsLimits::default());
        let mark = vfs.mark();
        let flags = OpenFlags::CREAT | OpenFlags::WRONLY;
        let opened = vfs.open(&ctx, At::root(b"/home/earth/out.txt"), flags, 0o644).unwrap();
        vfs.write_at(&ctx, opened.ino, 0, b"result").unwrap();
        vfs.release(opened.ino);
        assert_eq!(vfs.changes(&mark).created.len(), 1);
    });
    assert!(time < Duration::from_micros(100), "{time:?}");
}

#[test]
fn forking_and_marking_do_not_depend_on_size() {
    let ctx = context(1000, 1000);
    let mut vfs = Vfs::new(large_layer(), VfsLimits::UNLIMITED);
    for n in 0..10_000 {
        vfs.host_write(&ctx, format!("/tmp/{n}").as_bytes(), vec![1; 10]).unwrap();
    }
    let time = fastest(|| {
        let fork = vfs.clone();
        assert!(fork.changes(&vfs.mark()).is_empty());
    });
    assert!(time < Duration::from_micros(20), "{time:?}");
}

#[test]
fn one_byte_into_a_large_shared_file_copies_one_chunk() {
    let ctx = context(1000, 1000);
    let mut vfs = Vfs::new(large_layer(), VfsLimits::default());
    let ino: Ino = vfs.host_write(&ctx, b"/tmp/large", vec![1; 90 << 20]).unwrap();
    let time = fastest(|| {
        let mut fork = vfs.clone();
        fork.write_at(&ctx, ino, 50 << 20, &[2]).unwrap();
        fork.truncate(&ctx, ino, 95 << 20).unwrap();
        fork.write_at(&ctx, ino, (95 << 20) - 1, &[2]).unwrap();
    });
    assert!(time < Duration::from_millis(2), "{time:?}");
}

#[test]
fn the_longest_possible_walk_ends_soon() {
    let (mut vfs, ctx) = (Vfs::new(large_layer(), VfsLimits::UNLIMITED), context(1000, 1000));
    // Each link goes through a thousand names to the next one, and leaves two thousand slashes behind.
    vfs.mkdir(&ctx, At::root(b"/tmp/l0"), 0o755).unwrap();
    for n in 1..=40 {
        let target = [&b"./".repeat(1000), format!("l{}", n - 1).as_bytes(), &b"/".repeat(2000)].concat();
        vfs.symlink(&ctx, &target, At::root(format!("/tmp/l{n}").as_bytes())).unwrap();
    }
    let path = [&b"/tmp/l40"[..], &b"/".repeat(4000)].concat();
    let time = fastest(|| {
        vfs.resolve(&ctx, At::root(&path), terrarium_core::vfs::Follow::Yes).unwrap();
    });
    assert!(time < Duration::from_millis(50), "{time:?}");
}
