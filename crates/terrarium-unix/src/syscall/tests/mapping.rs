//! Mapped files.

use super::Guest;
use crate::abi::{Errno, OpenFlags};
use crate::memory::GuestMemory;
use crate::syscall::Args;
use crate::syscall::mapping::Mapping;

const SHARED: u64 = 1;
const PRIVATE: u64 = 2;
const READ: u64 = 1;
const BOTH: u64 = 3;

fn check(guest: &Guest, length: u64, protection: u64, flags: u64, fd: i64, offset: i64) -> Result<Mapping, Errno> {
    let slots = [length, protection, flags, fd.cast_unsigned(), offset.cast_unsigned(), 0, 0];
    Mapping::check(&guest.process, Args::new(&slots))
}

#[test]
fn a_mapping_shows_the_file_and_zeros_behind_it() {
    let mut guest = Guest::new();
    guest.put("a", b"0123456789");
    let fd = guest.open("a", OpenFlags::empty()).unwrap();
    let mapping = check(&guest, 8, READ, PRIVATE, fd, 5).unwrap();
    let address = guest.bytes(&[0xee; 16]);
    let mut memory = GuestMemory::new(&mut guest.memory);
    mapping.fill(&mut guest.process, &mut memory, u32::try_from(address).unwrap()).unwrap();
    assert_eq!(mapping.fill(&mut guest.process, &mut memory, u32::MAX), Err(Errno::EFAULT));
    assert_eq!(guest.slice(address, 10), b"56789\0\0\0\xee\xee");
}

#[test]
fn what_was_written_reaches_the_file_and_never_makes_it_longer() {
    let mut guest = Guest::new();
    guest.put("a", b"0123456789");
    let fd = guest.open("a", OpenFlags::RDWR | OpenFlags::APPEND).unwrap();
    let address = guest.bytes(b"ABCDEFGH");
    for name in ["_msync_js", "_munmap_js"] {
        guest.sys(name, &[address, 8, 3, 1, fd, 5]).unwrap();
        assert_eq!(guest.get("a").unwrap(), b"01234ABCDE");
    }
    guest.slice_mut(address, 8).fill(b'x');
    guest.sys("_msync_js", &[address, 8, 3, 2, fd, 0]).unwrap();
    guest.sys("_msync_js", &[address, 8, 1, 1, fd, 0]).unwrap();
    guest.sys("_msync_js", &[address, 8, 3, 1, fd, 100]).unwrap();
    assert_eq!(guest.get("a").unwrap(), b"01234ABCDE", "private, unwritable, beyond the end");
    assert_eq!(guest.sys("_msync_js", &[address, 0x7fff_ffff, 3, 1, fd, 0]), Err(Errno::EFAULT));
    assert_eq!(guest.sys("_msync_js", &[address, 8, 3, 1, 99, 0]), Err(Errno::EBADF));
    assert_eq!(guest.sys("_msync_js", &[address, 8, 3, 1, fd, -1]), Err(Errno::EINVAL));
}

#[test]
fn a_mapping_needs_an_open_file_and_the_right_to_it() {
    let mut guest = Guest::new();
    guest.put("a", b"0123456789");
    let reading = guest.open("a", OpenFlags::empty()).unwrap();
    let writing = guest.open("a", OpenFlags::WRONLY).unwrap();
    assert_eq!(check(&guest, 8, BOTH, SHARED, reading, 0), Err(Errno::EACCES));
    assert!(check(&guest, 8, BOTH, PRIVATE, reading, 0).is_ok(), "a private copy may be written");
    assert_eq!(check(&guest, 8, READ, SHARED, writing, 0), Err(Errno::EACCES));
    assert_eq!(check(&guest, 8, READ, SHARED, 99, 0), Err(Errno::EBADF));
    assert_eq!(check(&guest, 8, READ, SHARED, 1, 0), Err(Errno::ENODEV));
    for (length, protection, flags, offset) in
        [(0, READ, SHARED, 0), (8, 64, SHARED, 0), (8, READ, 0, 0), (8, READ, SHARED | 16, 0), (8, READ, SHARED, -1)]
    {
        assert_eq!(check(&guest, length, protection, flags, reading, offset), Err(Errno::EINVAL));
    }
}
