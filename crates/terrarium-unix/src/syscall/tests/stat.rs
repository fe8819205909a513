//! Status, access, modes, owners and times.

use super::Guest;
use super::guest::NEW_YEAR_NS;
use crate::abi::{Errno, OpenFlags, Stat, Statfs};

const CREATE: OpenFlags = OpenFlags::CREAT.union(OpenFlags::RDWR);

#[test]
fn every_way_to_ask_gives_the_same_answer() {
    let mut guest = Guest::new();
    guest.put("a", b"abc");
    let fd = guest.open("a", OpenFlags::empty()).unwrap();
    let expected = guest.fstat(fd).unwrap();
    assert_eq!((expected.mode(), expected.size(), expected.links()), (0o100_644, 3, 1));
    assert_eq!(expected.owner(), (1000, 1000));
    assert_eq!(expected.times(), (NEW_YEAR_NS.cast_signed(), NEW_YEAR_NS.cast_signed()));
    for name in ["__syscall_stat64", "__syscall_lstat64"] {
        assert_eq!(guest.stat(name, "a").unwrap(), expected);
        assert_eq!(guest.stat(name, "/home/earth/../earth/./a").unwrap(), expected);
    }
    let (path, empty, buffer) = (guest.text("a"), guest.text(""), guest.space(Stat::SIZE));
    let bytes = |guest: &Guest| guest.slice(buffer, Stat::SIZE).to_vec();
    guest.sys("__syscall_newfstatat", &[-100, path, buffer, 0x800]).unwrap();
    let by_path = bytes(&guest);
    guest.slice_mut(buffer, Stat::SIZE).fill(0);
    guest.sys("__syscall_newfstatat", &[fd, empty, buffer, 0x1000]).unwrap();
    assert_eq!(bytes(&guest), by_path);
    assert_eq!(guest.sys("__syscall_newfstatat", &[fd, empty, buffer, 0]), Err(Errno::ENOENT));
    assert_eq!(guest.sys("__syscall_newfstatat", &[-100, path, buffer, 0x200]), Err(Errno::EINVAL));
    assert_eq!(guest.sys("__syscall_newfstatat", &[fd, path, buffer, 0]), Err(Errno::ENOTDIR));
    assert_eq!(guest.sys("__syscall_newfstatat", &[99, path, buffer, 0]), Err(Errno::EBADF));
    let absolute = guest.text("/tmp");
    guest.sys("__syscall_newfstatat", &[99, absolute, buffer, 0]).expect("an absolute path needs no directory");
}

#[test]
fn relative_paths_start_at_the_directory_descriptor() {
    let mut guest = Guest::new();
    guest.mkdir("d").unwrap();
    let d = guest.open("d", OpenFlags::DIRECTORY).unwrap();
    let fd = guest.open_at(d, "inside", CREATE, 0o600).unwrap();
    guest.write(fd, b"x").unwrap();
    assert_eq!(guest.get("d/inside").unwrap(), b"x");
    assert_eq!(guest.open_at(1, "inside", OpenFlags::empty(), 0), Err(Errno::ENOTDIR));
}

#[test]
fn a_missing_thing_has_no_status() {
    let mut guest = Guest::new();
    assert_eq!(guest.stat("__syscall_stat64", "nope").unwrap_err(), Errno::ENOENT);
    assert_eq!(guest.stat("__syscall_stat64", "").unwrap_err(), Errno::ENOENT);
    assert_eq!(guest.stat("__syscall_stat64", &"x".repeat(256)).unwrap_err(), Errno::ENAMETOOLONG);
    assert_eq!(guest.stat("__syscall_stat64", &"a/".repeat(3000)).unwrap_err(), Errno::ENAMETOOLONG);
    assert_eq!(guest.fstat(99).unwrap_err(), Errno::EBADF);
    let path = guest.text("/tmp");
    assert_eq!(guest.sys("__syscall_stat64", &[path, (1 << 20) - 95]), Err(Errno::EFAULT));
    assert_eq!(guest.sys("__syscall_stat64", &[0xffff_ffff, 0]), Err(Errno::EFAULT));
}

#[test]
fn streams_and_pipes_have_a_status_of_their_own() {
    let mut guest = Guest::new();
    let inodes: Vec<i64> = (0..3).map(|fd| guest.fstat(fd).unwrap().ino()).collect();
    assert!(inodes[0] != inodes[1] && inodes[1] != inodes[2]);
    assert_eq!(guest.fstat(1).unwrap().mode() & 0o170_000, 0o020_000, "a character device");
    let (reading, _) = guest.process.pipe().unwrap();
    assert_eq!(guest.fstat(reading.into()).unwrap().mode() & 0o170_000, 0o010_000);
    assert_eq!(guest.sys("__syscall_fchmod", &[1, 0]), Err(Errno::EINVAL));
    assert_eq!(guest.sys("__syscall_fchown32", &[reading.into(), 0, 0]), Err(Errno::EINVAL));
}

#[test]
fn access_follows_the_permission_bits() {
    let mut guest = Guest::new();
    guest.put("a", b"");
    let path = guest.text("a");
    let access = |guest: &mut Guest, mode: i64| guest.sys("__syscall_faccessat", &[-100, path, mode, 0]);
    assert_eq!(access(&mut guest, 0), Ok(0));
    assert_eq!(access(&mut guest, 6), Ok(0));
    assert_eq!(access(&mut guest, 1), Err(Errno::EACCES));
    guest.sys("__syscall_fchmodat2", &[-100, path, 0o100, 0]).unwrap();
    assert_eq!(access(&mut guest, 1), Ok(0));
    assert_eq!(access(&mut guest, 4), Err(Errno::EACCES));
    assert_eq!(access(&mut guest, 8), Err(Errno::EINVAL));
    assert_eq!(guest.sys("__syscall_faccessat", &[-100, path, 0, 0x400]), Err(Errno::EINVAL));
    assert_eq!(guest.sys("__syscall_faccessat", &[-100, path, 0, 0x200]), Ok(0));
}

#[test]
fn modes_and_owners_change_for_the_owner_alone() {
    let mut guest = Guest::new();
    let fd = guest.open("a", CREATE).unwrap();
    guest.sys("__syscall_fchmod", &[fd, 0o640]).unwrap();
    assert_eq!(guest.fstat(fd).unwrap().mode(), 0o100_640);
    guest.sys("__syscall_fchown32", &[fd, -1, 1000]).unwrap();
    assert_eq!(guest.sys("__syscall_fchown32", &[fd, 0, -1]), Err(Errno::EPERM));
    let lib = guest.text("/lib");
    assert_eq!(guest.sys("__syscall_chmod", &[lib, 0o777]), Err(Errno::EPERM));
    assert_eq!(guest.sys("__syscall_fchownat", &[-100, lib, 1000, 1000, 0]), Err(Errno::EPERM));
    assert_eq!(guest.sys("__syscall_fchownat", &[-100, lib, 1000, 1000, 1]), Err(Errno::EINVAL));
    assert_eq!(guest.sys("__syscall_fchmodat2", &[-100, lib, 0, 0x800]), Err(Errno::EINVAL));
}

#[test]
fn times_are_set_to_a_point_to_now_or_not_at_all() {
    let mut guest = Guest::new();
    guest.put("a", b"");
    let path = guest.text("a");
    let mut times = Vec::new();
    for (sec, nsec) in [(5_i64, 7_007_i32), (-3, 999_999_999)] {
        times.extend([&sec.to_le_bytes()[..], &nsec.to_le_bytes(), &[0; 4]].concat());
    }
    let both = guest.bytes(&times);
    guest.sys("__syscall_utimensat", &[-100, path, both, 0]).unwrap();
    let set = guest.stat("__syscall_stat64", "a").unwrap();
    assert_eq!(set.times(), (5_000_007_000, -2_000_001_000), "whole microseconds");
    let omit = guest
        .bytes(&[[0; 8], [0xfe, 0xff, 0xff, 0x3f, 0, 0, 0, 0], [0; 8], [0xff, 0xff, 0xff, 0x3f, 0, 0, 0, 0]].concat());
    guest.sys("__syscall_utimensat", &[-100, path, omit, 0]).unwrap();
    assert_eq!(guest.stat("__syscall_stat64", "a").unwrap().times(), (5_000_007_000, NEW_YEAR_NS.cast_signed()));
    guest.sys("__syscall_utimensat", &[-100, path, 0, 0]).unwrap();
    assert_eq!(guest.stat("__syscall_stat64", "a").unwrap().times().0, NEW_YEAR_NS.cast_signed());
    let fd = guest.open("a", OpenFlags::empty()).unwrap();
    guest.sys("__syscall_utimensat", &[fd, 0, both, 0]).unwrap();
    assert_eq!(guest.fstat(fd).unwrap().times(), set.times(), "without a path the descriptor is meant");
    let invalid = guest.bytes(&[[0; 8], [0, 0, 0, 0x7f, 0, 0, 0, 0], [0; 8], [0; 8]].concat());
    assert_eq!(guest.sys("__syscall_utimensat", &[-100, path, invalid, 0]), Err(Errno::EINVAL));
    assert_eq!(guest.sys("__syscall_utimensat", &[1, 0, 0, 0]), Err(Errno::EINVAL));
}

#[test]
fn the_file_system_tells_its_quotas() {
    let mut guest = Guest::new();
    guest.put("a", &[0; 8192]);
    let (path, buffer) = (guest.text("/tmp"), guest.space(Statfs::SIZE));
    guest.sys("__syscall_statfs64", &[path, 88, buffer]).unwrap();
    assert_eq!((guest.i64_at(buffer + 8), guest.i64_at(buffer + 16)), (256, 254));
    assert_eq!((guest.i64_at(buffer + 32), guest.i64_at(buffer + 40)), (200, 199));
    guest.slice_mut(buffer, 88).fill(0);
    guest.sys("__syscall_fstatfs64", &[0, 88, buffer]).unwrap();
    assert_eq!(guest.i64_at(buffer + 8), 256);
    assert_eq!(guest.sys("__syscall_fstatfs64", &[99, 88, buffer]), Err(Errno::EBADF));
}

#[test]
fn fdstat_tells_type_flags_and_rights() {
    let mut guest = Guest::new();
    let fd = guest.open("a", OpenFlags::CREAT | OpenFlags::WRONLY | OpenFlags::APPEND).unwrap();
    let buffer = guest.space(24);
    guest.wasi("fd_fdstat_get", &[fd, buffer]).unwrap();
    assert_eq!(guest.slice(buffer, 4), [4, 0, 1, 0]);
    assert_eq!(guest.i64_at(buffer + 8) & 0b100_0010, 0b100_0000, "writing, not reading");
    guest.wasi("fd_fdstat_get", &[0, buffer]).unwrap();
    assert_eq!(guest.slice(buffer, 1), [0], "no character device: it would be taken for a terminal");
}
