//! Directories and the working directory.

use super::Guest;
use crate::abi::{Errno, OpenFlags};

#[test]
fn a_listing_gives_each_entry_once_in_any_portions() {
    let mut guest = Guest::new();
    guest.mkdir("d").unwrap();
    guest.mkdir("d/sub").unwrap();
    for index in 0..7 {
        guest.put(&format!("d/f{index}"), b"");
    }
    let fd = guest.open("d", OpenFlags::DIRECTORY).unwrap();
    let mut names = Vec::new();
    let mut places = Vec::new();
    loop {
        let portion = guest.entries(fd, 2).unwrap();
        if portion.is_empty() {
            break;
        }
        for (name, kind, next) in portion {
            assert_eq!(kind, if name.starts_with('f') { 8 } else { 4 }, "{name}");
            names.push(name);
            places.push(next);
        }
    }
    let first = names.clone();
    names.sort();
    assert_eq!(names, [".", "..", "f0", "f1", "f2", "f3", "f4", "f5", "f6", "sub"]);
    assert_eq!(guest.entries(fd, 2).unwrap(), []);
    guest.seek(fd, places[4], 0).unwrap();
    assert_eq!(guest.entries(fd, 1).unwrap()[0].0, first[5], "a place leads back to the entry behind it");
    guest.seek(fd, 0, 0).unwrap();
    assert_eq!(guest.entries(fd, 100).unwrap().len(), 10);
}

#[test]
fn a_listing_does_not_run_after_what_is_created_meanwhile() {
    let mut guest = Guest::new();
    guest.put("a", b"");
    let fd = guest.open(".", OpenFlags::empty()).unwrap();
    let mut seen = 0;
    while !guest.entries(fd, 1).unwrap().is_empty() {
        seen += 1;
        guest.put(&format!("new{seen}"), b"");
    }
    assert_eq!(seen, 3);
    guest.seek(fd, 0, 0).unwrap();
    assert_eq!(guest.entries(fd, 50).unwrap().len(), 6, "rewinding sees them");
}

#[test]
fn what_is_no_directory_is_not_listed() {
    let mut guest = Guest::new();
    guest.put("a", b"");
    let file = guest.open("a", OpenFlags::empty()).unwrap();
    assert_eq!(guest.entries(file, 1), Err(Errno::ENOTDIR));
    assert_eq!(guest.entries(0, 1), Err(Errno::ENOTDIR));
    let home = guest.open(".", OpenFlags::empty()).unwrap();
    assert_eq!(guest.sys("__syscall_getdents64", &[home, 0, 279]), Err(Errno::EINVAL));
    assert_eq!(guest.sys("__syscall_getdents64", &[home, 0, 0x7fff_ffff]), Err(Errno::EFAULT));
    assert_eq!(guest.read(home, 1), Err(Errno::EISDIR));
    assert_eq!(guest.open("a", OpenFlags::DIRECTORY), Err(Errno::ENOTDIR));
    assert_eq!(guest.open(".", OpenFlags::WRONLY), Err(Errno::EISDIR));
}

#[test]
fn directories_are_made_and_removed() {
    let mut guest = Guest::new();
    guest.mkdir("d").unwrap();
    assert_eq!(guest.mkdir("d"), Err(Errno::EEXIST));
    assert_eq!(guest.mkdir("no/d"), Err(Errno::ENOENT));
    assert_eq!(guest.stat("__syscall_stat64", "d").unwrap().mode(), 0o040_755);
    guest.put("d/a", b"");
    let (d, a) = (guest.text("d"), guest.text("d/a"));
    assert_eq!(guest.sys("__syscall_rmdir", &[d]), Err(Errno::ENOTEMPTY));
    assert_eq!(guest.sys("__syscall_rmdir", &[a]), Err(Errno::ENOTDIR));
    guest.sys("__syscall_unlinkat", &[-100, a, 0]).unwrap();
    guest.sys("__syscall_unlinkat", &[-100, d, 0x200]).unwrap();
    assert_eq!(guest.sys("__syscall_rmdir", &[d]), Err(Errno::ENOENT));
}

#[test]
fn the_working_directory_follows_and_is_told() {
    let mut guest = Guest::new();
    let cwd = |guest: &mut Guest| {
        let buffer = guest.space(64);
        let length = guest.sys("__syscall_getcwd", &[buffer, 64])?;
        let text = guest.slice(buffer, usize::try_from(length).unwrap()).to_vec();
        Ok::<_, Errno>(String::from_utf8(text).unwrap())
    };
    assert_eq!(cwd(&mut guest).unwrap(), "/home/earth\0");
    assert_eq!(guest.sys("__syscall_getcwd", &[0, 11]), Err(Errno::ERANGE));
    assert_eq!(guest.sys("__syscall_getcwd", &[0, 0]), Err(Errno::EINVAL));
    guest.mkdir("d").unwrap();
    let d = guest.text("d");
    guest.sys("__syscall_chdir", &[d]).unwrap();
    guest.put("here", b"x");
    assert_eq!(guest.get("/home/earth/d/here").unwrap(), b"x");
    let tmp = guest.open("/tmp", OpenFlags::empty()).unwrap();
    guest.sys("__syscall_fchdir", &[tmp]).unwrap();
    assert_eq!(cwd(&mut guest).unwrap(), "/tmp\0");
    assert_eq!(guest.sys("__syscall_fchdir", &[1]), Err(Errno::ENOTDIR));
    guest.put("file", b"");
    let file = guest.open("file", OpenFlags::empty()).unwrap();
    assert_eq!(guest.sys("__syscall_fchdir", &[file]), Err(Errno::ENOTDIR));
    assert_eq!(guest.sys("__syscall_chdir", &[d]), Err(Errno::ENOENT));
}

#[test]
fn a_removed_working_directory_is_an_empty_place() {
    let mut guest = Guest::new();
    guest.mkdir("d").unwrap();
    let (d, up) = (guest.text("d"), guest.text("../d"));
    guest.sys("__syscall_chdir", &[d]).unwrap();
    guest.sys("__syscall_rmdir", &[up]).unwrap();
    assert_eq!(guest.sys("__syscall_getcwd", &[4096, 100]), Err(Errno::ENOENT));
    assert_eq!(guest.open("a", OpenFlags::CREAT | OpenFlags::WRONLY), Err(Errno::ENOENT));
    guest.process.change_directory(b"/").unwrap();
    assert_eq!(guest.process.vfs.usage().inodes, 0, "nothing holds it any more");
}

#[test]
fn only_regular_files_are_made_by_mknod() {
    let mut guest = Guest::new();
    let path = guest.text("node");
    assert_eq!(guest.sys("__syscall_mknodat", &[-100, path, 0o020_666, 0x103]), Err(Errno::EPERM));
    assert_eq!(guest.sys("__syscall_mknodat", &[-100, path, 0o010_666, 0]), Err(Errno::ENOTSUP));
    guest.sys("__syscall_mknodat", &[-100, path, 0o100_600, 0]).unwrap();
    assert_eq!(guest.stat("__syscall_stat64", "node").unwrap().mode(), 0o100_600);
}
