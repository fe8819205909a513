//! Changes since a mark.

use crate::ops::sequence;
use crate::world::{World, context};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;
use terrarium_unix::abi::OpenFlags;
use terrarium_unix::vfs::{At, Changes, Context, Follow, Ino, Layer, NodeKind, Vfs, VfsLimits};

const HOME: &[u8] = b"/home/earth";

/// Returns inode and content of every regular file, found by an exhaustive walk.
fn files(vfs: &Vfs) -> BTreeMap<Vec<u8>, (Ino, Vec<u8>)> {
    let mut files = BTreeMap::new();
    let mut todo = vec![(Vec::new(), Ino::ROOT)];
    while let Some((path, ino)) = todo.pop() {
        match vfs.kind(ino).unwrap() {
            NodeKind::Directory => {
                for entry in vfs.readdir(ino, 2, u64::MAX, usize::MAX).unwrap() {
                    todo.push(([path.as_slice(), b"/", &*entry.name].concat(), entry.ino));
                }
            }
            NodeKind::Regular => {
                let mut bytes = vec![0; vfs.size(ino).unwrap() as usize];
                vfs.read_at(ino, 0, &mut bytes).unwrap();
                files.insert(path, (ino, bytes));
            }
            _ => {}
        }
    }
    files
}

fn check(world: &mut World, ops: &[crate::ops::Op]) -> Result<(), TestCaseError> {
    let mark = world.vfs.mark();
    prop_assert!(world.vfs.changes(&mark).is_empty());
    let before = files(&world.vfs);
    for op in ops {
        let _ = world.apply(op);
    }
    let after = files(&world.vfs);
    let Changes { created, modified, deleted } = world.vfs.changes(&mark);
    let expected: Vec<_> = after.keys().filter(|path| !before.contains_key(*path)).cloned().collect();
    prop_assert_eq!(created, expected);
    let expected: Vec<_> = before.keys().filter(|path| !after.contains_key(*path)).cloned().collect();
    prop_assert_eq!(deleted, expected);
    for (path, file) in &before {
        let differs = after.get(path).is_some_and(|now| now != file);
        prop_assert!(!differs || modified.contains(path), "{} is missing", path.escape_ascii());
    }
    for path in &modified {
        prop_assert!(before.contains_key(path) && after.contains_key(path), "{}", path.escape_ascii());
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn changes_are_what_a_full_comparison_finds(
        before in sequence(HOME, 50),
        between in sequence(HOME, 50),
        after in sequence(HOME, 50),
    ) {
        let mut world = World::new(Vfs::new(Layer::unix(), VfsLimits::UNLIMITED), context(1000, 1000), HOME);
        for op in &before {
            let _ = world.apply(op);
        }
        check(&mut world, &between)?;
        check(&mut world, &after)?;
        world.close_all();
        world.return_to(HOME);
        let layer = Arc::new(world.vfs.freeze());
        let mut world = World::new(Vfs::new(layer, VfsLimits::UNLIMITED), world.ctx, HOME);
        check(&mut world, &between)?;
    }
}

fn paths(list: &[&str]) -> Vec<Vec<u8>> {
    list.iter().map(|path| path.as_bytes().to_vec()).collect()
}

fn start() -> (Vfs, Context) {
    let ctx = context(1000, 1000);
    let mut vfs = Vfs::new(Layer::unix(), VfsLimits::default());
    for path in ["/tmp/a", "/tmp/dir/b", "/tmp/dir/sub/c"] {
        vfs.host_write(&ctx, path.as_bytes(), path.as_bytes().to_vec()).unwrap();
    }
    (vfs, ctx)
}

fn at(path: &str) -> At<'_> {
    At::root(path.as_bytes())
}

#[test]
fn writing_the_same_bytes_is_a_modification_and_changing_attributes_is_none() {
    let (mut vfs, ctx) = start();
    let mark = vfs.mark();
    let ino = vfs.resolve(&ctx, at("/tmp/a"), Follow::Yes).unwrap();
    vfs.chmod(&ctx, ino, 0o600).unwrap();
    vfs.set_times(&ctx, ino, terrarium_unix::vfs::SetTimes::NOW).unwrap();
    assert!(vfs.changes(&mark).is_empty());
    vfs.write_at(&ctx, ino, 0, b"/tmp").unwrap();
    assert_eq!(vfs.changes(&mark), Changes { modified: paths(&["/tmp/a"]), ..Changes::default() });
}

#[test]
fn opening_an_empty_file_for_writing_changes_nothing() {
    let (mut vfs, ctx) = start();
    vfs.host_write(&ctx, b"/tmp/empty", Vec::new()).unwrap();
    let mark = vfs.mark();
    let opened = vfs.open(&ctx, at("/tmp/empty"), OpenFlags::WRONLY | OpenFlags::TRUNC, 0).unwrap();
    vfs.release(opened.ino);
    assert!(vfs.changes(&mark).is_empty());
    let opened = vfs.open(&ctx, at("/tmp/a"), OpenFlags::WRONLY | OpenFlags::TRUNC, 0).unwrap();
    vfs.release(opened.ino);
    assert_eq!(vfs.changes(&mark).modified, paths(&["/tmp/a"]));
}

#[test]
fn a_renamed_directory_moves_all_its_files() {
    let (mut vfs, ctx) = start();
    let mark = vfs.mark();
    vfs.rename(&ctx, at("/tmp/dir"), at("/home/earth/moved")).unwrap();
    let expected = Changes {
        created: paths(&["/home/earth/moved/b", "/home/earth/moved/sub/c"]),
        modified: Vec::new(),
        deleted: paths(&["/tmp/dir/b", "/tmp/dir/sub/c"]),
    };
    assert_eq!(vfs.changes(&mark), expected);
    // Moved back again, nothing has changed.
    vfs.rename(&ctx, at("/home/earth/moved"), at("/tmp/dir")).unwrap();
    assert!(vfs.changes(&mark).is_empty());
}

#[test]
fn a_file_written_aside_and_renamed_over_is_a_modification() {
    let (mut vfs, ctx) = start();
    let mark = vfs.mark();
    vfs.host_write(&ctx, b"/tmp/a.new", b"other".to_vec()).unwrap();
    vfs.rename(&ctx, at("/tmp/a.new"), at("/tmp/a")).unwrap();
    assert_eq!(vfs.changes(&mark), Changes { modified: paths(&["/tmp/a"]), ..Changes::default() });
}

#[test]
fn every_name_of_a_written_file_shows() {
    let (mut vfs, ctx) = start();
    vfs.link(&ctx, at("/tmp/a"), Follow::No, at("/tmp/dir/also")).unwrap();
    let mark = vfs.mark();
    let ino = vfs.resolve(&ctx, at("/tmp/a"), Follow::Yes).unwrap();
    vfs.write_at(&ctx, ino, 0, b"x").unwrap();
    assert_eq!(vfs.changes(&mark).modified, paths(&["/tmp/a", "/tmp/dir/also"]));
}

#[test]
fn what_comes_and_goes_between_does_not_show() {
    let (mut vfs, ctx) = start();
    let mark = vfs.mark();
    vfs.host_write(&ctx, b"/tmp/short", b"lived".to_vec()).unwrap();
    vfs.unlink(&ctx, at("/tmp/short")).unwrap();
    vfs.mkdir(&ctx, at("/tmp/empty"), 0o755).unwrap();
    vfs.symlink(&ctx, b"a", at("/tmp/link")).unwrap();
    assert!(vfs.changes(&mark).is_empty());
    // A link replaces a file: the file is gone.
    vfs.rename(&ctx, at("/tmp/link"), at("/tmp/a")).unwrap();
    assert_eq!(vfs.changes(&mark), Changes { deleted: paths(&["/tmp/a"]), ..Changes::default() });
}

#[test]
fn marks_are_independent() {
    let (mut vfs, ctx) = start();
    let first = vfs.mark();
    vfs.host_write(&ctx, b"/tmp/one", b"1".to_vec()).unwrap();
    let second = vfs.mark();
    vfs.host_write(&ctx, b"/tmp/two", b"2".to_vec()).unwrap();
    assert_eq!(vfs.changes(&first).created, paths(&["/tmp/one", "/tmp/two"]));
    assert_eq!(vfs.changes(&second).created, paths(&["/tmp/two"]));
}
