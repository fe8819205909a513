//! The permissions of the guest, and the host's helpers.

use crate::world::context;
use std::sync::Arc;
use terrarium_unix::abi::{AccessMode, Errno, FileType, OpenFlags, S_IFMT, Timespec};
use terrarium_unix::vfs::{
    At, Context, Credentials, DeviceId, Follow, Ino, Layer, LayerBuilder, LayerError, NodeKind, SetTime, SetTimes, Vfs,
    VfsLimits,
};

const CREATE: OpenFlags = OpenFlags::RDWR.union(OpenFlags::CREAT);

fn at(path: &str) -> At<'_> {
    At::root(path.as_bytes())
}

/// Makes a guest on a layer with a library and a private file.
fn start() -> (Vfs, Context) {
    let mut builder = LayerBuilder::unix();
    builder.add_file(b"/lib/python.zip", "zip", 0o644, Timespec::default()).unwrap();
    builder.add_file(b"/etc/secret", "no", 0o600, Timespec::default()).unwrap();
    (Vfs::new(Arc::new(builder.build()), VfsLimits::default()), context(1000, 1000))
}

fn ino(vfs: &Vfs, path: &str) -> Ino {
    vfs.resolve(&context(0, 0), at(path), Follow::No).unwrap()
}

fn names(vfs: &Vfs, dir: Ino, from: u64, max: usize) -> Vec<(String, u64)> {
    let entries = vfs.readdir(dir, from, u64::MAX, max).unwrap();
    entries.iter().map(|entry| (String::from_utf8_lossy(&entry.name).into_owned(), entry.next)).collect()
}

#[test]
fn the_guest_writes_at_home_in_tmp_and_in_the_root_but_not_in_the_libraries() {
    let (mut vfs, ctx) = start();
    for path in ["/data.csv", "/home/earth/x", "/tmp/x"] {
        assert!(vfs.open(&ctx, at(path), CREATE, 0o644).unwrap().created, "{path}");
    }
    vfs.mkdir(&ctx, at("/mnt"), 0o755).unwrap();
    vfs.mkdir(&ctx, at("/mnt/data"), 0o755).unwrap();
    for path in ["/lib/x", "/dev/x", "/home/x", "/lib/python.zip"] {
        assert_eq!(vfs.open(&ctx, at(path), CREATE, 0o644), Err(Errno::EACCES), "{path}");
    }
    assert_eq!(vfs.open(&ctx, at("/etc/secret"), OpenFlags::empty(), 0), Err(Errno::EACCES));
    assert_eq!(vfs.unlink(&ctx, at("/lib/python.zip")), Err(Errno::EACCES));
    assert_eq!(vfs.rename(&ctx, at("/lib/python.zip"), at("/tmp/y")), Err(Errno::EACCES));
    let lib = ino(&vfs, "/lib");
    assert_eq!(vfs.chmod(&ctx, lib, 0o777), Err(Errno::EPERM));
    assert_eq!(vfs.chown(&ctx, lib, 1000, 1000), Err(Errno::EPERM));
    assert_eq!(vfs.set_times(&ctx, lib, SetTimes::NOW), Err(Errno::EACCES));
    let set = SetTimes { atime: SetTime::Omit, mtime: SetTime::At(Timespec::default()) };
    assert_eq!(vfs.set_times(&ctx, lib, set), Err(Errno::EPERM));
    assert_eq!(vfs.access(&ctx, lib, AccessMode::WRITE), Err(Errno::EACCES));
    assert_eq!(vfs.access(&ctx, lib, AccessMode::READ | AccessMode::EXECUTE), Ok(()));
    // Root may, and the layer below is untouched.
    let root = context(0, 0);
    vfs.unlink(&root, at("/lib/python.zip")).unwrap();
    assert_eq!(vfs.resolve(&ctx, at("/lib/python.zip"), Follow::Yes), Err(Errno::ENOENT));
}

#[test]
fn in_tmp_files_of_others_stay() {
    let (mut vfs, ctx) = start();
    let other = context(1001, 1001);
    vfs.open(&ctx, at("/tmp/mine"), CREATE, 0o666).unwrap();
    assert_eq!(vfs.unlink(&other, at("/tmp/mine")), Err(Errno::EPERM));
    assert_eq!(vfs.rename(&other, at("/tmp/mine"), at("/tmp/his")), Err(Errno::EPERM));
    vfs.open(&other, at("/tmp/his"), CREATE, 0o666).unwrap();
    assert_eq!(vfs.rename(&other, at("/tmp/his"), at("/tmp/mine")), Err(Errno::EPERM));
    assert_eq!(vfs.unlink(&ctx, at("/tmp/his")), Err(Errno::EPERM));
    vfs.unlink(&other, at("/tmp/his")).unwrap();
    vfs.unlink(&ctx, at("/tmp/mine")).unwrap();
    // The same holds in the root: existing entries stay.
    assert_eq!(vfs.rename(&ctx, at("/lib"), at("/mylib")), Err(Errno::EPERM));
    assert_eq!(vfs.rename(&ctx, at("/home"), at("/house")), Err(Errno::EPERM));
}

#[test]
fn devices_have_numbers_and_kinds() {
    let (mut vfs, ctx) = start();
    for (name, device) in DeviceId::ALL {
        let path = format!("/dev/{name}");
        let opened = vfs.open(&ctx, at(&path), OpenFlags::RDWR | OpenFlags::TRUNC, 0).unwrap();
        assert_eq!(opened.kind, NodeKind::CharDevice(*device));
        let stat = vfs.stat(opened.ino).unwrap();
        assert_eq!((stat.mode, stat.rdev), (0o020666, device.rdev()));
        assert_eq!(vfs.read_at(opened.ino, 0, &mut [0]), Err(Errno::EINVAL));
    }
    assert_eq!(vfs.mknod(&ctx, at("/tmp/fifo"), 0o010644), Err(Errno::ENOTSUP));
    assert_eq!(vfs.mknod(&ctx, at("/tmp/null"), 0o020644), Err(Errno::EPERM));
    assert_eq!(vfs.mknod(&ctx, at("/tmp/dir"), 0o040755), Err(Errno::EPERM));
    assert_eq!(vfs.mknod(&ctx, at("/tmp/link"), 0o120755), Err(Errno::EINVAL));
    let plain = vfs.mknod(&ctx, at("/tmp/plain"), 0o666).unwrap();
    assert_eq!(vfs.stat(plain).unwrap().mode, 0o100644);
}

#[test]
fn a_listing_goes_on_where_it_was_while_entries_come_and_go() {
    let (mut vfs, ctx) = start();
    let dir = vfs.mkdir(&ctx, at("/tmp/d"), 0o755).unwrap();
    for name in ["c", "a", "b", "d"] {
        vfs.mkdir(&ctx, At { dir, path: name.as_bytes() }, 0o755).unwrap();
    }
    let end = vfs.dir_end(dir).unwrap();
    let first = names(&vfs, dir, 0, 4);
    assert_eq!(first.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), [".", "..", "c", "a"]);
    vfs.rmdir(&ctx, at("/tmp/d/c")).unwrap();
    vfs.rmdir(&ctx, at("/tmp/d/b")).unwrap();
    vfs.mkdir(&ctx, at("/tmp/d/new"), 0o755).unwrap();
    let rest = vfs.readdir(dir, first[3].1, end, 10).unwrap();
    assert_eq!(rest.len(), 1);
    assert_eq!(&*rest[0].name, b"d");
    // A listing from the beginning contains the new entry.
    assert_eq!(vfs.readdir(dir, 0, u64::MAX, 10).unwrap().len(), 5);
    assert_eq!(vfs.readdir(dir, u64::MAX, u64::MAX, 10).unwrap(), []);
}

#[test]
fn renaming_while_listing_ends() {
    let (mut vfs, ctx) = start();
    let dir = vfs.mkdir(&ctx, at("/tmp/d"), 0o755).unwrap();
    for name in [b"a", b"b", b"c"] {
        vfs.mkdir(&ctx, At { dir, path: name }, 0o755).unwrap();
    }
    let (end, mut cursor, mut seen) = (vfs.dir_end(dir).unwrap(), 2, 0);
    while let Some(entry) = vfs.readdir(dir, cursor, end, 1).unwrap().pop() {
        let to = [&*entry.name, b"x"].concat();
        vfs.rename(&ctx, At { dir, path: &entry.name }, At { dir, path: &to }).unwrap();
        cursor = entry.next;
        seen += 1;
    }
    assert_eq!(seen, 3);
}

#[test]
fn a_removed_directory_is_empty_and_takes_nothing() {
    let (mut vfs, ctx) = start();
    vfs.mkdir(&ctx, at("/tmp/d"), 0o755).unwrap();
    let dir = vfs.resolve_directory(&ctx, at("/tmp/d")).unwrap();
    vfs.retain(dir).unwrap();
    vfs.rmdir(&ctx, at("/tmp/d")).unwrap();
    assert_eq!(vfs.stat(dir).unwrap().nlink, 0);
    assert_eq!(vfs.open(&ctx, At { dir, path: b"f" }, CREATE, 0o644), Err(Errno::ENOENT));
    assert_eq!(vfs.readdir(dir, 0, u64::MAX, 10), Err(Errno::ENOENT));
    // No name is checked there, so none is too long.
    assert_eq!(vfs.resolve(&ctx, At { dir, path: &[b'x'; 256] }, Follow::Yes), Err(Errno::ENOENT));
    assert_eq!(vfs.rename(&ctx, at("/tmp"), At { dir, path: b"x" }), Err(Errno::ENOENT));
    assert_eq!(vfs.path_of(dir), Err(Errno::ENOENT));
    assert_eq!(vfs.resolve(&ctx, At { dir, path: b".." }, Follow::Yes), Ok(ino(&vfs, "/tmp")));
    vfs.release(dir);
    assert_eq!(vfs.stat(dir), Err(Errno::EBADF));
    // The directory above may go first.
    vfs.mkdir(&ctx, at("/tmp/up"), 0o755).unwrap();
    vfs.mkdir(&ctx, at("/tmp/up/down"), 0o755).unwrap();
    let down = vfs.resolve_directory(&ctx, at("/tmp/up/down")).unwrap();
    vfs.retain(down).unwrap();
    vfs.rmdir(&ctx, at("/tmp/up/down")).unwrap();
    vfs.rmdir(&ctx, at("/tmp/up")).unwrap();
    assert_eq!(vfs.resolve(&ctx, At { dir: down, path: b".." }, Follow::Yes), Err(Errno::ENOENT));
    assert_eq!(vfs.resolve(&ctx, At { dir: down, path: b"../x" }, Follow::Yes), Err(Errno::ENOENT));
    assert_eq!(vfs.open(&ctx, At { dir: down, path: b".." }, OpenFlags::empty(), 0), Err(Errno::ENOENT));
    vfs.release(down);
}

#[test]
fn a_file_without_a_name_lives_as_long_as_its_descriptor() {
    let (mut vfs, ctx) = start();
    let flags = OpenFlags::TMPFILE | OpenFlags::DIRECTORY | OpenFlags::RDWR;
    let opened = vfs.open(&ctx, at("/tmp"), flags, 0o600).unwrap();
    assert_eq!(vfs.stat(opened.ino).unwrap().nlink, 0);
    assert_eq!(vfs.write_at(&ctx, opened.ino, 0, b"hidden"), Ok(6));
    vfs.release(opened.ino);
    assert_eq!(vfs.usage(), terrarium_unix::vfs::Usage::default());
    assert_eq!(vfs.open(&ctx, at("/lib"), flags, 0o600), Err(Errno::EACCES));
    assert_eq!(vfs.open(&ctx, at("/tmp"), OpenFlags::TMPFILE | OpenFlags::RDWR, 0o600), Err(Errno::EINVAL));
}

#[test]
fn forty_links_are_followed_and_no_more() {
    let (mut vfs, ctx) = start();
    vfs.host_write(&ctx, b"/tmp/l0", b"end".to_vec()).unwrap();
    for n in 1..=41 {
        vfs.symlink(&ctx, format!("l{}", n - 1).as_bytes(), at(&format!("/tmp/l{n}"))).unwrap();
    }
    assert!(vfs.resolve(&ctx, at("/tmp/l40"), Follow::Yes).is_ok());
    assert_eq!(vfs.resolve(&ctx, at("/tmp/l41"), Follow::Yes), Err(Errno::ELOOP));
    assert!(vfs.resolve(&ctx, at("/tmp/l41"), Follow::No).is_ok());
    vfs.symlink(&ctx, b"loop/x", at("/tmp/loop")).unwrap();
    assert_eq!(vfs.resolve(&ctx, at("/tmp/loop"), Follow::Yes), Err(Errno::ELOOP));
    assert_eq!(vfs.host_read(b"/tmp/loop/file").unwrap_err(), Errno::ELOOP);
    assert_eq!(vfs.host_write(&ctx, b"/tmp/loop/file", Vec::new()), Err(Errno::ELOOP));
    assert_eq!(vfs.host_remove(&ctx, b"/tmp/loop/file"), Err(Errno::ELOOP));
    assert_eq!(vfs.host_list(b"/tmp/loop").unwrap_err(), Errno::ELOOP);
    assert_eq!(vfs.host_list(b"/tmp").unwrap().len(), 1);
}

#[test]
fn times_follow_the_context_s_clock() {
    let (mut vfs, mut ctx) = start();
    let mut tick = || {
        ctx.now.sec += 1;
        ctx
    };
    let created = tick();
    let file = vfs.open(&created, at("/tmp/f"), CREATE, 0o644).unwrap().ino;
    let times = |vfs: &Vfs, ino| {
        let stat = vfs.stat(ino).unwrap();
        (stat.atim, stat.mtim, stat.ctim)
    };
    assert_eq!(times(&vfs, file), (created.now, created.now, created.now));
    assert_eq!(times(&vfs, ino(&vfs, "/tmp")).1, created.now);
    let written = tick();
    vfs.write_at(&written, file, 0, b"x").unwrap();
    assert_eq!(times(&vfs, file), (created.now, written.now, written.now));
    vfs.read_at(file, 0, &mut [0; 1]).unwrap();
    let changed = tick();
    vfs.chmod(&changed, file, 0o600).unwrap();
    assert_eq!(times(&vfs, file), (created.now, written.now, changed.now));
    let set = tick();
    let past = Timespec { sec: -5, nsec: 7 };
    vfs.set_times(&set, file, SetTimes { atime: SetTime::At(past), mtime: SetTime::Now }).unwrap();
    assert_eq!(times(&vfs, file), (past, set.now, set.now));
    let linked = tick();
    vfs.link(&linked, at("/tmp/f"), Follow::No, at("/home/earth/g")).unwrap();
    assert_eq!(times(&vfs, file), (past, set.now, linked.now));
    assert_eq!(times(&vfs, ino(&vfs, "/tmp")).1, created.now);
    let removed = tick();
    vfs.unlink(&removed, at("/tmp/f")).unwrap();
    assert_eq!(times(&vfs, file).2, removed.now);
    assert_eq!(times(&vfs, ino(&vfs, "/tmp")).1, removed.now);
}

#[test]
fn times_of_utimensat_are_checked() {
    let time = |nsec| SetTime::from_timespec(Timespec { sec: 3, nsec });
    assert_eq!(time(0x3fff_ffff), Ok(SetTime::Now));
    assert_eq!(time(0x3fff_fffe), Ok(SetTime::Omit));
    assert_eq!(time(999_999_999), Ok(SetTime::At(Timespec { sec: 3, nsec: 999_999_000 })), "whole microseconds");
    assert_eq!(time(1_000_000_000), Err(Errno::EINVAL));
    assert_eq!(time(u32::MAX), Err(Errno::EINVAL));
}

#[test]
fn the_host_reads_writes_lists_and_removes_past_permissions() {
    let (mut vfs, ctx) = start();
    vfs.host_write(&ctx, b"in/deep/er.txt", b"text".to_vec()).unwrap();
    let stat = vfs.stat(ino(&vfs, "/in/deep/er.txt")).unwrap();
    assert_eq!((stat.mode, stat.uid, stat.gid, stat.size), (0o100644, 1000, 1000, 4));
    assert_eq!(vfs.stat(ino(&vfs, "/in/deep")).unwrap().mode & S_IFMT, FileType::Directory.mode_bits());
    assert_eq!(vfs.host_read(b"/etc/secret").unwrap().into_vec().unwrap(), b"no");
    // An existing file keeps its owner, its mode and its other names.
    vfs.host_write(&ctx, b"/etc/secret", b"yes".to_vec()).unwrap();
    let stat = vfs.stat(ino(&vfs, "/etc/secret")).unwrap();
    assert_eq!((stat.mode, stat.uid), (0o100600, 0));
    // A link is replaced, not written through.
    vfs.symlink(&ctx, b"/lib/python.zip", at("/tmp/link")).unwrap();
    assert_eq!(vfs.host_read(b"/tmp/link").unwrap().into_vec().unwrap(), b"zip");
    vfs.host_write(&ctx, b"/tmp/link", b"mine".to_vec()).unwrap();
    assert_eq!(vfs.host_read(b"/lib/python.zip").unwrap().into_vec().unwrap(), b"zip");
    let listed: Vec<_> = vfs.host_list(b"/").unwrap().into_iter().map(|entry| (entry.path, entry.size)).collect();
    let expected: [(&[u8], u64); 4] =
        [(b"/etc/secret", 3), (b"/in/deep/er.txt", 4), (b"/lib/python.zip", 3), (b"/tmp/link", 4)];
    assert_eq!(listed, expected.map(|(path, size)| (path.to_vec(), size)));
    assert_eq!(vfs.host_list(b"/in/").unwrap()[0].path, b"/in/deep/er.txt");
    vfs.host_remove(&ctx, b"/in/").unwrap();
    vfs.host_remove(&ctx, b"/lib/python.zip").unwrap();
    assert_eq!(vfs.host_read(b"/in/deep/er.txt").unwrap_err(), Errno::ENOENT);
}

#[test]
fn the_host_s_paths_are_checked() {
    let (mut vfs, ctx) = start();
    for path in ["../x", "/a/../x", "/./x", "a\0b"] {
        assert_eq!(vfs.host_write(&ctx, path.as_bytes(), Vec::new()), Err(Errno::EINVAL), "{path:?}");
        assert_eq!(vfs.host_read(path.as_bytes()).unwrap_err(), Errno::EINVAL, "{path:?}");
    }
    assert_eq!(vfs.host_write(&ctx, b"", Vec::new()), Err(Errno::ENOENT));
    assert_eq!(vfs.host_write(&ctx, b"/tmp/", Vec::new()), Err(Errno::EISDIR));
    assert_eq!(vfs.host_write(&ctx, b"/tmp", Vec::new()), Err(Errno::EISDIR));
    assert_eq!(vfs.host_write(&ctx, b"/dev/null", Vec::new()), Err(Errno::EINVAL));
    assert_eq!(vfs.host_write(&ctx, b"/lib/python.zip/x", Vec::new()), Err(Errno::ENOTDIR));
    assert_eq!(vfs.host_write(&ctx, &[b'x'; 256], Vec::new()), Err(Errno::ENAMETOOLONG));
    assert_eq!(vfs.host_remove(&ctx, b"/"), Err(Errno::EBUSY));
}

#[test]
fn very_deep_trees_are_listed_compared_and_removed() {
    let (mut vfs, ctx) = start();
    vfs.set_limits(VfsLimits::UNLIMITED);
    let mark = vfs.mark();
    let mut dir = ino(&vfs, "/tmp");
    for _ in 0..20_000 {
        dir = vfs.mkdir(&ctx, At { dir, path: b"d" }, 0o755).unwrap();
    }
    vfs.open(&ctx, At { dir, path: b"f" }, CREATE, 0o644).unwrap();
    assert_eq!(vfs.path_of(dir), Err(Errno::ENAMETOOLONG));
    assert!(vfs.changes(&mark).is_empty());
    assert_eq!(vfs.host_list(b"/tmp").unwrap(), []);
    assert_eq!(vfs.rename(&ctx, at("/tmp/d"), At { dir, path: b"x" }), Err(Errno::EINVAL));
    assert_eq!(vfs.freeze().len(), vfs_len(&vfs));
    vfs.host_remove(&ctx, b"/tmp/d").unwrap();
    assert_eq!(vfs.host_list(b"/tmp").unwrap(), []);
}

/// Returns the number of reachable inodes.
fn vfs_len(vfs: &Vfs) -> usize {
    let (mut count, mut todo) = (1, vec![Ino::ROOT]);
    while let Some(dir) = todo.pop() {
        for entry in vfs.readdir(dir, 2, u64::MAX, usize::MAX).unwrap() {
            count += 1;
            if entry.kind == FileType::Directory {
                todo.push(entry.ino);
            }
        }
    }
    count
}

#[test]
fn a_layer_says_what_cannot_be_put_into_it() {
    let mut builder = LayerBuilder::new();
    let epoch = Timespec::default();
    builder.add_file(b"/a/file", "1", 0o644, epoch).unwrap();
    let error = builder.add_file(b"/a/file/b", "2", 0o644, epoch).unwrap_err();
    assert_eq!(
        error.to_string(),
        r#"cannot put "/a/file/b" into the layer: "/a/file" is there already and is not a directory"#
    );
    let error = builder.add_file(b"/a", "2", 0o644, epoch).unwrap_err();
    assert!(matches!(error, LayerError::Conflict { found: "a directory", .. }), "{error}");
    let error = builder.add_file(b"/a/../b", "2", 0o644, epoch).unwrap_err();
    assert_eq!(error.to_string(), r#"invalid path "/a/../b" for a layer: it must not contain `.` or `..`"#);
    assert!(builder.add_file(b"", "2", 0o644, epoch).is_err());
    assert!(builder.add_symlink(b"/l", b"", epoch).is_err());
    // The later of two files counts, and nothing remains of the earlier one.
    builder.add_file(b"a/file", "second", 0o600, epoch).unwrap();
    let layer = builder.build();
    assert_eq!(layer.len(), 3);
    let vfs = Vfs::new(Arc::new(layer), VfsLimits::default());
    assert_eq!(vfs.host_read(b"/a/file").unwrap().into_vec().unwrap(), b"second");
}

#[test]
fn a_layer_grows_from_another_and_keeps_its_hard_links() {
    let (mut vfs, ctx) = start();
    vfs.host_write(&ctx, b"/tmp/a", b"shared".to_vec()).unwrap();
    vfs.link(&ctx, at("/tmp/a"), Follow::No, at("/home/earth/b")).unwrap();
    let mut builder = LayerBuilder::on(&vfs.freeze());
    builder.owner(Credentials::GUEST).add_file(b"/home/earth/new", "n", 0o644, Timespec::default()).unwrap();
    let mut other = LayerBuilder::new();
    other.merge(&builder.build()).unwrap();
    let vfs = Vfs::new(Arc::new(other.build()), VfsLimits::default());
    assert_eq!(ino(&vfs, "/tmp/a"), ino(&vfs, "/home/earth/b"));
    assert_eq!(vfs.stat(ino(&vfs, "/tmp/a")).unwrap().nlink, 2);
    assert_eq!(vfs.stat(ino(&vfs, "/home/earth/new")).unwrap().uid, 1000);
    assert_eq!(vfs.stat(ino(&vfs, "/tmp")).unwrap().mode, 0o041777);
}

#[test]
fn file_systems_cross_threads() {
    fn check<T: Send + Sync + Clone>() {}
    check::<Vfs>();
    check::<Arc<Layer>>();
}
