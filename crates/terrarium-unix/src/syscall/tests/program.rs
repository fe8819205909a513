//! The program's text as a file.

use super::Guest;
use crate::abi::{Errno, OpenFlags};

fn guest() -> Guest {
    let mut guest = Guest::new();
    guest.process.set_program(b"/home/earth/main.py", b"print(1)"[..].to_vec().into());
    guest
}

#[test]
fn the_program_can_be_read_and_is_in_no_list() {
    let mut guest = guest();
    let used = guest.process.vfs.usage().bytes;
    for path in ["main.py", "./main.py", "/home/earth/main.py", "//home/../home/earth/main.py"] {
        assert_eq!(guest.get(path).unwrap(), b"print(1)", "{path}");
        assert_eq!(guest.stat("__syscall_stat64", path).unwrap().size(), 8, "{path}");
    }
    assert_eq!(guest.process.vfs.usage().bytes, used, "it is no file of the guest's");
    let folder = guest.open("/home/earth", OpenFlags::empty()).unwrap();
    assert_eq!(guest.entries(folder, 10).unwrap().len(), 2, "`.` and `..`");
    let (path, mark) = (guest.text("main.py"), guest.process.vfs.mark());
    assert_eq!(guest.sys("__syscall_faccessat", &[crate::abi::AT_FDCWD.into(), path, 4, 0]), Ok(0));
    assert_eq!(guest.sys("__syscall_faccessat", &[crate::abi::AT_FDCWD.into(), path, 2, 0]), Err(Errno::EACCES));
    assert!(guest.process.vfs.changes(&mark).created.is_empty());
}

#[test]
fn another_file_of_the_name_comes_first() {
    let mut guest = guest();
    assert_eq!(guest.open("main.py", OpenFlags::RDWR), Err(Errno::ENOENT));
    guest.put("main.py", b"mine");
    assert_eq!(guest.get("main.py").unwrap(), b"mine");
}

#[test]
fn other_paths_lead_nowhere() {
    let mut guest = guest();
    guest.mkdir("sub").unwrap();
    for path in ["main", "sub/main.py", "main.py/", "/main.py", "main.py/x", "nowhere/main.py"] {
        assert!(guest.open(path, OpenFlags::empty()).is_err(), "{path}");
    }
}

#[test]
fn an_open_descriptor_keeps_the_text_of_an_earlier_run() {
    let mut guest = guest();
    let fd = guest.open("main.py", OpenFlags::empty()).unwrap();
    guest.process.set_program(b"/home/earth/main.py", b"other"[..].to_vec().into());
    assert_eq!(guest.get("main.py").unwrap(), b"other");
    assert_eq!(guest.read(fd, 100).unwrap(), b"print(1)");
    let usage = guest.process.vfs.usage().inodes;
    guest.close(fd).unwrap();
    guest.process.close_all();
    assert_eq!(guest.process.vfs.usage().inodes, usage - 2);
}
