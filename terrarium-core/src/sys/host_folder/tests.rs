//! Both versions of a folder, and random trees with links: nothing outside is ever reached.

use std::{
    fs,
    os::unix::{ffi::OsStrExt as _, fs::symlink},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use proptest::prelude::*;
use terrarium_unix::{
    abi::Errno,
    vfs::{HostFolder, HostKind},
};

use super::{file, plain, unix};

const SECRET: &[u8] = b"the secret outside";

/// Makes a folder `in` with files, beside a file that must not be reached.
fn world() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("secret"), SECRET).unwrap();
    fs::create_dir_all(dir.path().join("in/sub")).unwrap();
    fs::write(dir.path().join("in/a"), "0123456789").unwrap();
    fs::write(dir.path().join("in/sub/b"), "b").unwrap();
    dir
}

fn both(path: &Path) -> [Arc<dyn HostFolder>; 2] {
    [unix::open(path, true).unwrap(), plain::open(path, true).unwrap()]
}

fn content(folder: &dyn HostFolder, path: &[u8]) -> Result<Vec<u8>, Errno> {
    let file = folder.open(path, false)?.file;
    let mut buf = vec![0; 100];
    let count = file.read_at(0, &mut buf)?;
    buf.truncate(count);
    Ok(buf)
}

#[test]
fn files_are_read_written_made_renamed_and_removed() {
    for version in [0, 1] {
        let dir = world();
        let folder = &*both(&dir.path().join("in"))[version];
        assert_eq!(content(folder, b"sub/b").unwrap(), b"b");
        let open = folder.open(b"a", true).unwrap();
        assert_eq!((open.status.size, open.file.write_at(8, b"xyz").unwrap()), (10, 3));
        assert_eq!(content(folder, b"a").unwrap(), b"01234567xyz");
        open.file.set_size(2).unwrap();
        open.file.sync().unwrap();
        assert_eq!(open.file.status().unwrap().size, 2);
        folder.create_folder(b"new", 0o755).unwrap();
        folder.create(b"new/c", 0o644).unwrap().file.write_at(0, b"c").unwrap();
        assert_eq!(folder.create(b"new/c", 0o644).unwrap_err(), Errno::EEXIST);
        folder.rename(b"new/c", b"d").unwrap();
        assert_eq!(folder.status(b"new/c").unwrap_err(), Errno::ENOENT);
        assert_eq!(fs::read(dir.path().join("in/d")).unwrap(), b"c");
        folder.set_mode(b"d", 0o555).unwrap();
        assert!(fs::metadata(dir.path().join("in/d")).unwrap().permissions().readonly());
        assert_eq!(folder.remove(b"sub", true).unwrap_err(), Errno::ENOTEMPTY);
        folder.remove(b"new", true).unwrap();
        folder.remove(b"a", false).unwrap();
        let mut names: Vec<_> = folder.list(b"", 9).unwrap().into_iter().map(|name| (name.name, name.kind)).collect();
        names.sort_by(|(a, _), (b, _)| a.cmp(b));
        assert_eq!(names, [(Arc::from(*b"d"), HostKind::File), (Arc::from(*b"sub"), HostKind::Folder)]);
        assert_eq!(folder.list(b"", 1).unwrap_err(), Errno::EFBIG);
        assert_eq!(folder.open(b"sub", false).unwrap_err(), Errno::EISDIR);
    }
}

#[test]
fn links_are_never_followed() {
    let dir = world();
    symlink(dir.path().join("secret"), dir.path().join("in/absolute")).unwrap();
    symlink("../secret", dir.path().join("in/relative")).unwrap();
    symlink("..", dir.path().join("in/out")).unwrap();
    for folder in both(&dir.path().join("in")) {
        for path in [&b"absolute"[..], b"relative", b"out/secret", b"out/in/a", b"out"] {
            assert!(folder.open(path, false).is_err(), "{}", path.escape_ascii());
        }
        assert!(folder.list(b"out", 9).is_err());
        assert_eq!(folder.status(b"relative").unwrap().kind, HostKind::Link);
        assert_eq!(folder.target(b"relative").unwrap(), b"../secret");
        for path in [&b"out/new"[..], b"absolute", b"relative"] {
            assert!(folder.create(path, 0o644).is_err(), "{}", path.escape_ascii());
        }
        assert!(folder.remove(b"out/secret", false).is_err() && folder.rename(b"a", b"out/x").is_err());
    }
    assert_eq!(fs::read(dir.path().join("secret")).unwrap(), SECRET);
}

#[test]
fn the_folder_stays_the_same_when_it_is_renamed() {
    let dir = world();
    let folder = unix::open(&dir.path().join("in"), false).unwrap();
    fs::rename(dir.path().join("in"), dir.path().join("elsewhere")).unwrap();
    symlink(dir.path(), dir.path().join("in")).unwrap();
    assert_eq!(content(&*folder, b"sub/b").unwrap(), b"b");
    assert_eq!(folder.status(b"secret").unwrap_err(), Errno::ENOENT);
}

#[test]
fn pipes_and_sockets_do_not_exist_and_nothing_waits_for_them() {
    let dir = world();
    let fifo = dir.path().join("in/fifo");
    rustix::fs::mknodat(rustix::fs::CWD, &fifo, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(dir.path().join("in/socket")).unwrap();
    let folder = unix::open(&dir.path().join("in"), false).unwrap();
    for path in [&b"fifo"[..], b"socket"] {
        assert_eq!(folder.status(path).unwrap_err(), Errno::ENOENT);
        assert_eq!(folder.open(path, true).unwrap_err(), Errno::ENOENT);
        assert_eq!(folder.rename(b"a", path).unwrap_err(), Errno::EEXIST, "what is not seen is not replaced");
    }
    assert_eq!(folder.list(b"", 9).unwrap().len(), 2);
    assert!(unix::open(&fifo, false).is_err());
}

#[test]
fn many_open_files_share_few_descriptors() {
    let dir = world();
    let folder = unix::open(&dir.path().join("in"), true).unwrap();
    let make = |number: usize| {
        let path = format!("sub/{number}").into_bytes();
        let open = folder.create(&path, 0o644).unwrap();
        open.file.write_at(0, number.to_string().as_bytes()).unwrap();
        (path, open.file)
    };
    let files: Vec<_> = (0..2 * file::MAX_OPEN).map(make).collect();
    assert!(file::open_files().len() <= file::MAX_OPEN);
    for (number, (_, file)) in files.iter().enumerate() {
        assert_eq!(file.status().unwrap().size, number.to_string().len() as u64);
    }
    // One that has lost its descriptor is found where the guest moved it, and not if it was replaced outside.
    let (first, second) = (&files[0], &files[1]);
    fs::rename(dir.path().join("in/sub/0"), dir.path().join("in/moved")).unwrap();
    first.1.moved(Some(b"moved"));
    fs::remove_file(dir.path().join("in/sub/1")).unwrap();
    fs::write(dir.path().join("in/sub/1"), "other").unwrap();
    for (_, file) in files.iter().skip(2) {
        file.status().unwrap();
    }
    assert_eq!(first.1.status().unwrap().size, 1);
    assert_eq!(second.1.status().unwrap_err(), Errno::ESTALE);
    // A file whose last name is removed keeps its descriptor.
    let (path, last) = files.last().unwrap();
    last.moved(None);
    folder.remove(path, false).unwrap();
    for (_, file) in files.iter().skip(2).take(files.len() - 3) {
        file.status().unwrap();
    }
    assert_eq!(last.status().unwrap().size, 3);
    drop(files);
    assert!(file::open_files().is_empty() || cfg!(not(debug_assertions)) || file::open_files().len() <= file::MAX_OPEN);
}

#[test]
fn a_folder_that_is_swapped_for_a_link_leads_nowhere() {
    let dir = world();
    fs::create_dir(dir.path().join("outside")).unwrap();
    fs::write(dir.path().join("outside/b"), SECRET).unwrap();
    let (inside, real) = (dir.path().join("in/sub"), dir.path().join("in/real"));
    let folder = unix::open(&dir.path().join("in"), false).unwrap();
    let is_done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !is_done.load(Ordering::Relaxed) {
                fs::rename(&inside, &real).unwrap();
                symlink("../outside", &inside).unwrap();
                fs::remove_file(&inside).unwrap();
                fs::rename(&real, &inside).unwrap();
            }
        });
        // On a busy machine the other thread may stop for long at a link.
        let (mut tries, mut seen) = (0_u32, 0);
        while tries < 20_000 || (seen < 10 && tries < 20_000_000) {
            tries += 1;
            if let Ok(bytes) = content(&*folder, b"sub/b") {
                assert_eq!(bytes, b"b");
                seen += 1;
            }
        }
        is_done.store(true, Ordering::Relaxed);
        assert!(seen >= 10);
    });
}

/// A step that makes something in a tree: a folder, a file or a link, at an index into the paths so far.
fn tree() -> impl Strategy<Value = Vec<(u8, usize, String)>> {
    let target = prop_oneof![
        Just("..".to_owned()),
        Just("../..".to_owned()),
        Just("../secret".to_owned()),
        Just("/".to_owned()),
        Just("a".to_owned()),
        "[ab./]{1,6}",
    ];
    proptest::collection::vec((0..3_u8, any::<usize>(), target), 1..20)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_path_reaches_a_file_outside(steps in tree(), paths in proptest::collection::vec("[abc]{1}(/[abc]{1}){0,4}", 1..20)) {
        let dir = world();
        let root = dir.path().join("in");
        let mut folders = vec![root.clone(), root.join("sub")];
        for (index, (kind, at, target)) in steps.iter().enumerate() {
            let place = folders[at % folders.len()].join(["a", "b", "c"][index % 3]);
            match kind {
                0 if fs::create_dir(&place).is_ok() => folders.push(place),
                1 if !place.exists() => drop(fs::write(&place, "inside")),
                _ => drop(symlink(target, &place)),
            }
        }
        let root_folder = unix::Root::for_test(&root);
        for folder in both(&root) {
            for path in &paths {
                if let Ok(bytes) = content(&*folder, path.as_bytes()) {
                    prop_assert_ne!(&bytes, SECRET);
                    // What was opened is the file at that very path, reached through no link.
                    prop_assert_eq!(fs::canonicalize(root.join(path)).unwrap(), fs::canonicalize(&root).unwrap().join(path));
                }
                // Both ways to resolve agree.
                let [one, other] = root_folder.resolve_both_ways(path.as_bytes());
                prop_assert_eq!(one, other, "{}", path);
            }
            for name in folder.list(b"", 99).unwrap() {
                prop_assert!(root.join(std::ffi::OsStr::from_bytes(&name.name)).symlink_metadata().is_ok());
            }
        }
    }
}
