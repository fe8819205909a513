//! Descriptors: numbers, sharing, flags, limits, paths that name descriptors.

use super::Guest;
use crate::abi::{Errno, OpenFlags};
use crate::fd::FdTable;
use crate::vfs::Credentials;

const CREATE: OpenFlags = OpenFlags::CREAT.union(OpenFlags::RDWR);

#[test]
fn the_lowest_free_number_is_given() {
    let mut guest = Guest::new();
    assert_eq!(guest.open("a", CREATE), Ok(3));
    assert_eq!(guest.open("b", CREATE), Ok(4));
    guest.close(3).unwrap();
    guest.close(0).unwrap();
    assert_eq!(guest.open("a", OpenFlags::empty()), Ok(0));
    assert_eq!(guest.open("a", OpenFlags::empty()), Ok(3));
    assert_eq!(guest.close(99), Err(Errno::EBADF));
    assert_eq!(guest.close(-1), Err(Errno::EBADF));
}

#[test]
fn an_unknown_flag_is_refused() {
    let mut guest = Guest::new();
    let path = guest.text("a");
    assert_eq!(guest.sys("__syscall_openat", &[-100, path, 0o4, 0]), Err(Errno::EINVAL));
    assert_eq!(guest.open("a", OpenFlags::WRONLY | OpenFlags::RDWR), Err(Errno::EINVAL));
}

#[test]
fn the_mode_is_read_from_memory_only_when_a_file_may_be_created() {
    let mut guest = Guest::new();
    guest.put("a", b"x");
    let path = guest.text("a");
    assert_eq!(guest.sys("__syscall_openat", &[-100, path, 0, 0xffff_fff0]), Ok(3));
    let create = i64::from(OpenFlags::CREAT.bits());
    assert_eq!(guest.sys("__syscall_openat", &[-100, path, create, 0xffff_fff0]), Err(Errno::EFAULT));
}

#[test]
fn the_umask_takes_permissions_away() {
    let mut guest = Guest::new();
    assert_eq!(guest.sys("__syscall_umask_js", &[0o077]), Ok(0o022));
    let fd = guest.open_at(-100, "secret", CREATE, 0o666).unwrap();
    assert_eq!(guest.fstat(fd).unwrap().mode(), 0o100_600);
    assert_eq!(guest.sys("__syscall_umask_js", &[0o7_000]), Ok(0o077));
    assert_eq!(guest.sys("__syscall_umask_js", &[0]), Ok(0));
}

#[test]
fn too_many_open_files_are_refused_without_side_effects() {
    let mut guest = Guest::new();
    guest.process.fds = FdTable::with_standard_streams(5);
    guest.open("a", CREATE).unwrap();
    guest.open("a", CREATE).unwrap();
    assert_eq!(guest.open("new", CREATE), Err(Errno::EMFILE));
    assert_eq!(guest.get("new"), Err(Errno::EMFILE));
    assert_eq!(guest.sys("__syscall_dup", &[3]), Err(Errno::EMFILE));
    guest.close(4).unwrap();
    assert_eq!(guest.get("new"), Err(Errno::ENOENT), "the refused call created nothing");
    let pair = guest.space(8);
    assert_eq!(guest.sys("__syscall_pipe", &[pair]), Err(Errno::EMFILE));
    assert_eq!(guest.process.fds.open_count(), 4, "no end is left behind");
    assert!(guest.process.pipes.is_empty());
}

#[test]
fn duplicates_share_the_position_and_live_on_alone() {
    let mut guest = Guest::new();
    guest.put("a", b"abcdef");
    let fd = guest.open("a", OpenFlags::empty()).unwrap();
    let copy = i64::from(guest.sys("__syscall_dup", &[fd]).unwrap());
    assert_eq!(guest.read(fd, 2).unwrap(), b"ab");
    assert_eq!(guest.read(copy, 2).unwrap(), b"cd");
    guest.close(fd).unwrap();
    assert_eq!(guest.read(copy, 2).unwrap(), b"ef");
    assert_eq!(guest.read(fd, 2), Err(Errno::EBADF));
}

#[test]
fn dup3_replaces_what_was_there() {
    let mut guest = Guest::new();
    guest.put("a", b"abc");
    let fd = guest.open("a", OpenFlags::empty()).unwrap();
    assert_eq!(guest.sys("__syscall_dup3", &[fd, 0, 0]), Ok(0));
    assert_eq!(guest.read(0, 9).unwrap(), b"abc");
    assert_eq!(guest.sys("__syscall_dup3", &[fd, 40, i64::from(OpenFlags::CLOEXEC.bits())]), Ok(40));
    assert_eq!(guest.sys("__syscall_fcntl64", &[40, 1, 0]), Ok(1));
    assert_eq!(guest.sys("__syscall_dup3", &[fd, fd, 0]), Err(Errno::EINVAL));
    assert_eq!(guest.sys("__syscall_dup3", &[fd, 5, 1]), Err(Errno::EINVAL));
    assert_eq!(guest.sys("__syscall_dup3", &[77, 5, 0]), Err(Errno::EBADF));
    assert_eq!(guest.sys("__syscall_dup3", &[fd, 256, 0]), Err(Errno::EBADF));
    assert_eq!(guest.sys("__syscall_dup3", &[fd, -1, 0]), Err(Errno::EBADF));
}

#[test]
fn replacing_the_last_descriptor_of_a_pipe_closes_its_end() {
    let mut guest = Guest::new();
    let (reading, writing) = guest.process.pipe().unwrap();
    guest.sys("__syscall_dup3", &[0, writing.into(), 0]).unwrap();
    assert_eq!(guest.read(reading.into(), 1).unwrap(), b"", "no writer is left");
}

#[test]
fn fcntl_duplicates_from_a_number_on_and_keeps_flags() {
    let mut guest = Guest::new();
    let fd = guest.open("a", CREATE | OpenFlags::CLOEXEC).unwrap();
    let fcntl = |guest: &mut Guest, command: i64, argument: i32| {
        let argument = guest.bytes(&argument.to_le_bytes());
        guest.sys("__syscall_fcntl64", &[fd, command, argument])
    };
    assert_eq!(fcntl(&mut guest, 1, 0), Ok(1));
    assert_eq!(fcntl(&mut guest, 0, 10), Ok(10));
    assert_eq!(fcntl(&mut guest, 0, 10), Ok(11));
    assert_eq!(fcntl(&mut guest, 1030, 20), Ok(20));
    assert_eq!(guest.sys("__syscall_fcntl64", &[10, 1, 0]), Ok(0), "a duplicate does not inherit close-on-exec");
    assert_eq!(guest.sys("__syscall_fcntl64", &[20, 1, 0]), Ok(1));
    assert_eq!(fcntl(&mut guest, 0, -1), Err(Errno::EINVAL));
    assert_eq!(fcntl(&mut guest, 0, 256), Err(Errno::EINVAL));
    assert_eq!(fcntl(&mut guest, 2, 0), Ok(0));
    assert_eq!(fcntl(&mut guest, 1, 0), Ok(0));
    assert_eq!(fcntl(&mut guest, 3, 0), Ok(2), "creation flags are not kept");
    let wanted = OpenFlags::APPEND | OpenFlags::NONBLOCK | OpenFlags::WRONLY | OpenFlags::TRUNC;
    assert_eq!(fcntl(&mut guest, 4, wanted.bits().cast_signed()), Ok(0));
    let kept = OpenFlags::RDWR | OpenFlags::APPEND | OpenFlags::NONBLOCK;
    assert_eq!(fcntl(&mut guest, 3, 0), Ok(kept.bits().cast_signed()));
    assert_eq!(fcntl(&mut guest, 9, 0), Err(Errno::EINVAL));
    assert_eq!(fcntl(&mut guest, 1234, 0), Err(Errno::EINVAL));
    assert_eq!(guest.sys("__syscall_fcntl64", &[99, 1, 0]), Err(Errno::EBADF));
}

#[test]
fn locks_succeed_and_nobody_holds_one() {
    let mut guest = Guest::new();
    let fd = guest.open("a", CREATE).unwrap();
    let lock = guest.bytes(&[1, 0, 0, 0]);
    guest.space(32);
    let argument = guest.bytes(&u32::try_from(lock).unwrap().to_le_bytes());
    assert_eq!(guest.sys("__syscall_fcntl64", &[fd, 13, argument]), Ok(0));
    assert_eq!(guest.sys("__syscall_fcntl64", &[fd, 12, argument]), Ok(0));
    assert_eq!(guest.slice(lock, 2), [2, 0], "unlocked");
}

#[test]
fn nothing_is_a_terminal() {
    let mut guest = Guest::new();
    for request in [0x5401, 0x5413, 0x5402, 0x540f] {
        assert_eq!(guest.sys("__syscall_ioctl", &[1, request, 0]), Err(Errno::ENOTTY));
    }
    assert_eq!(guest.sys("__syscall_ioctl", &[1, 0xdead, 0]), Err(Errno::EINVAL));
    assert_eq!(guest.sys("__syscall_ioctl", &[99, 0x5401, 0]), Err(Errno::EBADF));
    assert_eq!(guest.open("/dev/tty", OpenFlags::RDWR), Err(Errno::ENXIO));
}

#[test]
fn ioctl_counts_what_can_be_read() {
    let mut guest = Guest::new();
    let (reading, writing) = guest.process.pipe().unwrap();
    guest.write(writing.into(), b"12345").unwrap();
    let count = guest.space(4);
    let argument = guest.bytes(&u32::try_from(count).unwrap().to_le_bytes());
    guest.sys("__syscall_ioctl", &[reading.into(), 0x541b, argument]).unwrap();
    assert_eq!(guest.i32_at(count), 5);
    assert_eq!(guest.sys("__syscall_ioctl", &[1, 0x541b, argument]), Err(Errno::ENOTTY));
    guest.slice_mut(count, 4).copy_from_slice(&[1, 0, 0, 0]);
    guest.sys("__syscall_ioctl", &[reading.into(), 0x5421, argument]).unwrap();
    assert_eq!(guest.process.fds.get(reading).unwrap().flags, OpenFlags::NONBLOCK);
}

#[test]
fn paths_of_descriptors_duplicate_them() {
    let mut guest = Guest::new();
    guest.put("a", b"abcdef");
    let fd = guest.open("a", OpenFlags::empty()).unwrap();
    guest.read(fd, 3).unwrap();
    let copy = guest.open(&format!("/dev/fd/{fd}"), OpenFlags::empty()).unwrap();
    assert_eq!(guest.read(copy, 3).unwrap(), b"def", "the position is shared");
    assert_eq!(guest.open(&format!("/dev/fd/{fd}"), OpenFlags::WRONLY), Err(Errno::EACCES));
    assert_eq!(guest.open("/dev/fd/77", OpenFlags::empty()), Err(Errno::ENOENT));
    assert_eq!(guest.stat("__syscall_stat64", &format!("/dev/fd/{fd}")).unwrap(), guest.fstat(fd).unwrap());
    for odd in ["/dev/fd/", "/dev/fd/03", "/dev/fd/3x", "/dev/fd/99999999999"] {
        assert_eq!(guest.open(odd, OpenFlags::empty()), Err(Errno::ENOENT), "{odd}");
    }
}

#[test]
fn the_names_of_the_streams_open_them() {
    let mut guest = Guest::new();
    let out = guest.open("/dev/stdout", OpenFlags::WRONLY).unwrap();
    guest.close(1).unwrap();
    guest.write(out, b"still there").unwrap();
    assert_eq!(guest.process.streams.output.bytes(), b"still there");
    assert_eq!(guest.read(out, 1), Err(Errno::EBADF));
}

#[test]
fn devices_do_what_they_are_named_for() {
    let mut guest = Guest::new();
    let both = |guest: &mut Guest, name: &str| guest.open(&format!("/dev/{name}"), OpenFlags::RDWR).unwrap();
    let null = both(&mut guest, "null");
    assert_eq!(guest.read(null, 10).unwrap(), b"");
    assert_eq!(guest.write(null, b"gone"), Ok(4));
    let zero = both(&mut guest, "zero");
    assert_eq!(guest.read(zero, 5).unwrap(), [0; 5]);
    let full = both(&mut guest, "full");
    assert_eq!(guest.write(full, b"x"), Err(Errno::ENOSPC));
    let random = both(&mut guest, "urandom");
    let (one, two) = (guest.read(random, 32).unwrap(), guest.read(random, 32).unwrap());
    assert_ne!(one, two);
    assert_eq!(guest.seek(random, 0, 1), Ok(0));
    assert_eq!(guest.fstat(null).unwrap().mode() & 0o170_000, 0o020_000);
}

#[test]
fn a_mere_reference_can_only_be_asked_for_its_status() {
    let mut guest = Guest::new();
    let (target, link) = (guest.text("nowhere"), guest.text("link"));
    guest.sys("__syscall_symlinkat", &[target, -100, link]).unwrap();
    let path = OpenFlags::PATH | OpenFlags::NOFOLLOW;
    for (name, kind) in [("/dev/tty", 0o020_000), ("/dev/zero", 0o020_000), ("link", 0o120_000), ("/tmp", 0o040_000)] {
        let fd = guest.open(name, path).unwrap();
        assert_eq!(guest.fstat(fd).unwrap().mode() & 0o170_000, kind, "{name}");
        assert_eq!(guest.read(fd, 1), Err(Errno::EBADF), "{name}");
        assert_eq!(guest.write(fd, b"x"), Err(Errno::EBADF), "{name}");
    }
}

#[test]
fn a_seed_fixes_the_devices_and_the_calls_together() {
    let draw = || {
        let mut guest = Guest::new();
        guest.process.entropy = crate::fd::Entropy::seeded(11);
        let random = guest.open("/dev/random", OpenFlags::empty()).unwrap();
        let first = guest.read(random, 16).unwrap();
        let buffer = guest.space(16);
        guest.wasi("random_get", &[buffer, 16]).unwrap();
        (first, guest.slice(buffer, 16).to_vec())
    };
    let (first, second) = draw();
    assert_eq!((first.clone(), second.clone()), draw());
    assert_ne!(first, second);
}

#[test]
fn permissions_hold_for_the_guest() {
    let mut guest = Guest::new();
    assert_eq!(guest.open("/lib/new.py", CREATE), Err(Errno::EACCES));
    guest.put("locked", b"x");
    let path = guest.text("locked");
    guest.sys("__syscall_chmod", &[path, 0]).unwrap();
    assert_eq!(guest.get("locked"), Err(Errno::EACCES));
    guest.process.credentials = Credentials::ROOT;
    assert_eq!(guest.get("locked").unwrap(), b"x");
}

#[test]
fn closing_everything_lets_go_of_deleted_files() {
    let mut guest = Guest::new();
    guest.put("big", &[7; 1000]);
    guest.open("big", OpenFlags::empty()).unwrap();
    let path = guest.text("big");
    guest.sys("__syscall_unlinkat", &[-100, path, 0]).unwrap();
    assert_eq!(guest.process.vfs.usage().bytes, 1000, "an open file outlives its name");
    guest.process.close_all();
    assert_eq!(guest.process.vfs.usage().bytes, 0);
    assert_eq!(guest.process.fds.open_count(), 0);
}

#[test]
fn a_pipe_has_one_size() {
    let mut guest = Guest::new();
    let ends = guest.space(8);
    guest.sys("__syscall_pipe", &[ends]).unwrap();
    let pipe = i64::from(guest.i32_at(ends));
    let file = guest.open("a", CREATE).unwrap();
    let mut size = |fd: i64, command: i64, wanted: i32| {
        let argument = guest.bytes(&wanted.to_le_bytes());
        guest.sys("__syscall_fcntl64", &[fd, command, argument])
    };
    assert_eq!(size(pipe, 1032, 0), Ok(65_536));
    assert_eq!(size(pipe, 1031, 4096), Ok(65_536));
    assert_eq!(size(pipe, 1031, 65_537), Err(Errno::EPERM));
    assert_eq!(size(pipe, 1031, -1), Err(Errno::EINVAL));
    assert_eq!(size(file, 1032, 0), Err(Errno::EBADF));
}
