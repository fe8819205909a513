//! Names: unlinking, renaming, symbolic links.

use super::Guest;
use crate::abi::{Errno, OpenFlags};

fn two(guest: &mut Guest, name: &str, one: &str, other: &str) -> Result<i32, Errno> {
    let (one, other) = (guest.text(one), guest.text(other));
    match name {
        "__syscall_symlinkat" => guest.sys(name, &[one, -100, other]),
        _ => guest.sys(name, &[-100, one, -100, other]),
    }
}

#[test]
fn an_open_file_outlives_its_name() {
    let mut guest = Guest::new();
    guest.put("a", b"abc");
    let fd = guest.open("a", OpenFlags::empty()).unwrap();
    let path = guest.text("a");
    guest.sys("__syscall_unlinkat", &[-100, path, 0]).unwrap();
    assert_eq!(guest.get("a"), Err(Errno::ENOENT));
    assert_eq!(guest.read(fd, 9).unwrap(), b"abc");
    assert_eq!(guest.fstat(fd).unwrap().links(), 0);
    assert_eq!(guest.sys("__syscall_unlinkat", &[-100, path, 1]), Err(Errno::EINVAL));
}

#[test]
fn renaming_replaces() {
    let mut guest = Guest::new();
    guest.put("a", b"new");
    guest.put("b", b"old");
    two(&mut guest, "__syscall_renameat", "a", "b").unwrap();
    assert_eq!(guest.get("b").unwrap(), b"new");
    assert_eq!(guest.get("a"), Err(Errno::ENOENT));
    guest.mkdir("d").unwrap();
    assert_eq!(two(&mut guest, "__syscall_renameat", "b", "d"), Err(Errno::EISDIR));
    assert_eq!(two(&mut guest, "__syscall_renameat", "d", "d/e"), Err(Errno::EINVAL));
}

#[test]
fn links_are_followed_read_and_limited() {
    let mut guest = Guest::new();
    guest.put("target", b"abc");
    two(&mut guest, "__syscall_symlinkat", "target", "link").unwrap();
    assert_eq!(guest.get("link").unwrap(), b"abc");
    assert_eq!(guest.stat("__syscall_lstat64", "link").unwrap().mode() & 0o170_000, 0o120_000);
    assert_eq!(guest.stat("__syscall_stat64", "link").unwrap().mode() & 0o170_000, 0o100_000);
    assert_eq!(guest.open("link", OpenFlags::NOFOLLOW), Err(Errno::ELOOP));
    two(&mut guest, "__syscall_symlinkat", "loop", "loop").unwrap();
    assert_eq!(guest.get("loop"), Err(Errno::ELOOP));
    assert_eq!(two(&mut guest, "__syscall_symlinkat", "x", "link"), Err(Errno::EEXIST));

    let (link, file, buffer) = (guest.text("link"), guest.text("target"), guest.bytes(&[b'#'; 16]));
    assert_eq!(guest.sys("__syscall_readlinkat", &[-100, link, buffer, 16]), Ok(6));
    assert_eq!(guest.slice(buffer, 8), b"target##", "without a final NUL");
    assert_eq!(guest.sys("__syscall_readlinkat", &[-100, link, buffer, 3]), Ok(3));
    assert_eq!(guest.sys("__syscall_readlinkat", &[-100, link, buffer, 0]), Err(Errno::EINVAL));
    assert_eq!(guest.sys("__syscall_readlinkat", &[-100, file, buffer, 16]), Err(Errno::EINVAL));
}
