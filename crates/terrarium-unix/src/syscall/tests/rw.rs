//! Reading, writing, seeking and sizing.

use super::Guest;
use crate::abi::{Errno, OpenFlags};

const CREATE: OpenFlags = OpenFlags::CREAT.union(OpenFlags::RDWR);

#[test]
fn a_file_is_written_read_and_sought() {
    let mut guest = Guest::new();
    let fd = guest.open("a", CREATE).unwrap();
    assert_eq!(guest.write(fd, b"hello world"), Ok(11));
    assert_eq!(guest.read(fd, 5).unwrap(), b"", "the position is at the end");
    assert_eq!(guest.seek(fd, 6, 0), Ok(6));
    assert_eq!(guest.read(fd, 99).unwrap(), b"world");
    assert_eq!(guest.seek(fd, -5, 2), Ok(6));
    assert_eq!(guest.seek(fd, -6, 1), Ok(0));
    assert_eq!(guest.seek(fd, -1, 1), Err(Errno::EINVAL));
    assert_eq!(guest.seek(fd, 0, 7), Err(Errno::EINVAL));
    assert_eq!(guest.seek(fd, i64::MAX, 0), Ok(i64::MAX));
    assert_eq!(guest.seek(fd, 1, 1), Err(Errno::EOVERFLOW));
    assert_eq!(guest.read(fd, 1).unwrap(), b"");
    assert_eq!(guest.write(fd, b"x"), Err(Errno::EFBIG));
}

#[test]
fn access_modes_hold() {
    let mut guest = Guest::new();
    guest.put("a", b"abc");
    let reading = guest.open("a", OpenFlags::empty()).unwrap();
    let writing = guest.open("a", OpenFlags::WRONLY).unwrap();
    let path = guest.open("a", OpenFlags::PATH).unwrap();
    assert_eq!(guest.write(reading, b"x"), Err(Errno::EBADF));
    assert_eq!(guest.read(writing, 1), Err(Errno::EBADF));
    assert_eq!(guest.read(path, 1), Err(Errno::EBADF));
    assert_eq!(guest.sys("__syscall_ftruncate64", &[reading, 0]), Err(Errno::EINVAL));
    assert_eq!(guest.write(0, b"x"), Err(Errno::EBADF));
    assert_eq!(guest.read(1, 1), Err(Errno::EBADF));
}

#[test]
fn lists_scatter_and_gather() {
    let mut guest = Guest::new();
    let fd = guest.open("a", CREATE).unwrap();
    let (one, two) = (guest.bytes(b"hello "), guest.bytes(b"world"));
    let list = guest.list(&[(one, 6), (0, 0), (two, 5)]);
    let count = guest.space(4);
    guest.wasi("fd_write", &[fd, list, 3, count]).unwrap();
    assert_eq!(guest.i32_at(count), 11);
    guest.seek(fd, 0, 0).unwrap();
    let (one, two, three) = (guest.space(4), guest.space(4), guest.space(4));
    let list = guest.list(&[(one, 4), (two, 4), (three, 4)]);
    guest.wasi("fd_read", &[fd, list, 3, count]).unwrap();
    assert_eq!(guest.i32_at(count), 11);
    assert_eq!([guest.slice(one, 4), guest.slice(two, 4), guest.slice(three, 4)].concat(), b"hello world\0");
}

#[test]
fn a_bad_list_moves_nothing() {
    let mut guest = Guest::new();
    let fd = guest.open("a", CREATE).unwrap();
    let good = guest.bytes(b"data");
    let list = guest.list(&[(good, 4), (0xffff_0000, 4)]);
    let count = guest.space(4);
    assert_eq!(guest.wasi("fd_write", &[fd, list, 2, count]), Err(Errno::EFAULT));
    assert_eq!(guest.wasi("fd_write", &[fd, list, 1, 0xffff_fff0]), Err(Errno::EFAULT));
    assert_eq!(guest.wasi("fd_write", &[fd, list, -1, count]), Err(Errno::EINVAL));
    assert_eq!(guest.wasi("fd_write", &[fd, list, 1025, count]), Err(Errno::EINVAL));
    assert_eq!(guest.fstat(fd).unwrap().size(), 0);
}

#[test]
fn positioned_calls_leave_the_position_alone() {
    let mut guest = Guest::new();
    let fd = guest.open("a", CREATE).unwrap();
    guest.write(fd, b"abcdef").unwrap();
    let (buffer, count) = (guest.bytes(b"XY"), guest.space(4));
    let list = guest.list(&[(buffer, 2)]);
    guest.wasi("fd_pwrite", &[fd, list, 1, 1, count]).unwrap();
    guest.wasi("fd_pread", &[fd, list, 1, 4, count]).unwrap();
    assert_eq!(guest.slice(buffer, 2), b"ef");
    assert_eq!(guest.seek(fd, 0, 1), Ok(6));
    assert_eq!(guest.get("a").unwrap(), b"aXYdef");
    assert_eq!(guest.wasi("fd_pread", &[fd, list, 1, -1, count]), Err(Errno::EINVAL));
    let (reading, writing) = guest.process.pipe().unwrap();
    assert_eq!(guest.wasi("fd_pread", &[reading.into(), list, 1, 0, count]), Err(Errno::ESPIPE));
    assert_eq!(guest.wasi("fd_pwrite", &[writing.into(), list, 1, 0, count]), Err(Errno::ESPIPE));
}

#[test]
fn appending_writes_go_to_the_end() {
    let mut guest = Guest::new();
    guest.put("log", b"one\n");
    let fd = guest.open("log", OpenFlags::APPEND | OpenFlags::RDWR).unwrap();
    guest.seek(fd, 0, 0).unwrap();
    guest.write(fd, b"two\n").unwrap();
    assert_eq!(guest.seek(fd, 0, 1), Ok(8));
    assert_eq!(guest.get("log").unwrap(), b"one\ntwo\n");
    let plain = guest.bytes(&0_i32.to_le_bytes());
    guest.sys("__syscall_fcntl64", &[fd, 4, plain]).unwrap();
    guest.seek(fd, 0, 0).unwrap();
    guest.write(fd, b"ONE").unwrap();
    assert_eq!(guest.get("log").unwrap(), b"ONE\ntwo\n", "F_SETFL ends it");
}

#[test]
fn sizes_change_by_descriptor_and_by_path() {
    let mut guest = Guest::new();
    guest.put("a", b"abcdef");
    let fd = guest.open("a", OpenFlags::RDWR).unwrap();
    guest.sys("__syscall_ftruncate64", &[fd, 3]).unwrap();
    assert_eq!(guest.get("a").unwrap(), b"abc");
    let path = guest.text("a");
    guest.sys("__syscall_truncate64", &[path, 5]).unwrap();
    assert_eq!(guest.get("a").unwrap(), b"abc\0\0");
    assert_eq!(guest.sys("__syscall_truncate64", &[path, -1]), Err(Errno::EINVAL));
    assert_eq!(guest.sys("__syscall_truncate64", &[path, i64::MAX]), Err(Errno::ENOSPC));
    let home = guest.text(".");
    assert_eq!(guest.sys("__syscall_truncate64", &[home, 0]), Err(Errno::EISDIR));
    assert_eq!(guest.sys("__syscall_ftruncate64", &[1, 0]), Err(Errno::EINVAL));
    guest.sys("__syscall_fallocate", &[fd, 0, 4, 4]).unwrap();
    assert_eq!(guest.fstat(fd).unwrap().size(), 8);
    assert_eq!(guest.sys("__syscall_fallocate", &[fd, 1, 0, 100]), Err(Errno::ENOTSUP));
    assert_eq!(guest.sys("__syscall_fallocate", &[fd, 0, 0, 0]), Err(Errno::EINVAL));
    assert_eq!(guest.sys("__syscall_fallocate", &[fd, 0, -1, 5]), Err(Errno::EINVAL));
}

#[test]
fn a_full_file_system_takes_what_fits_and_then_refuses() {
    let mut guest = Guest::new();
    guest.process.vfs.set_limits(crate::vfs::VfsLimits { bytes: 10, inodes: 10, file_bytes: None });
    let fd = guest.open("a", CREATE).unwrap();
    assert_eq!(guest.write(fd, b"12345678"), Ok(8));
    assert_eq!(guest.write(fd, b"12345678"), Ok(2));
    assert_eq!(guest.write(fd, b"1"), Err(Errno::ENOSPC));
    assert_eq!(guest.get("a").unwrap(), b"1234567812");
}

#[test]
fn syncing_and_advice_have_nothing_to_do_but_check() {
    let mut guest = Guest::new();
    let fd = guest.open("a", CREATE).unwrap();
    let (reading, _) = guest.process.pipe().unwrap();
    guest.wasi("fd_sync", &[fd]).unwrap();
    guest.sys("__syscall_fdatasync", &[fd]).unwrap();
    guest.sys("__syscall_fadvise64", &[fd, 0, 0, 1]).unwrap();
    assert_eq!(guest.wasi("fd_sync", &[99]), Err(Errno::EBADF));
    assert_eq!(guest.wasi("fd_sync", &[reading.into()]), Err(Errno::EINVAL));
    assert_eq!(guest.sys("__syscall_fadvise64", &[reading.into(), 0, 0, 1]), Err(Errno::ESPIPE));
    assert_eq!(guest.sys("__syscall_fallocate", &[reading.into(), 0, 0, 1]), Err(Errno::EBADF));
}

#[test]
fn a_pipe_passes_bytes_until_its_ends_close() {
    let mut guest = Guest::new();
    let pair = guest.space(8);
    guest.sys("__syscall_pipe", &[pair]).unwrap();
    let (reading, writing) = (i64::from(guest.i32_at(pair)), i64::from(guest.i32_at(pair + 4)));
    assert_eq!(guest.read(reading, 4), Err(Errno::EAGAIN), "nobody else could write");
    assert_eq!(guest.write(writing, b"abcdef"), Ok(6));
    assert_eq!(guest.read(reading, 4).unwrap(), b"abcd");
    assert_eq!(guest.seek(reading, 0, 0), Err(Errno::ESPIPE));
    guest.close(writing).unwrap();
    assert_eq!(guest.read(reading, 4).unwrap(), b"ef");
    assert_eq!(guest.read(reading, 4).unwrap(), b"");
    guest.close(reading).unwrap();
    assert!(guest.process.pipes.is_empty());
    assert_eq!(guest.sys("__syscall_pipe", &[(1 << 20) - 4]), Err(Errno::EFAULT));
    assert!(guest.process.pipes.is_empty(), "nothing is made when it cannot be told");
}

#[test]
fn a_pipe_is_bounded_and_small_writes_are_never_split() {
    let mut guest = Guest::new();
    let (reading, writing) = guest.process.pipe().unwrap();
    let (reading, writing) = (i64::from(reading), i64::from(writing));
    assert_eq!(guest.write(writing, &[1; 65_000]), Ok(65_000));
    assert_eq!(guest.write(writing, &[2; 4096]), Err(Errno::EAGAIN));
    assert_eq!(guest.write(writing, &[3; 5000]), Ok(536));
    assert_eq!(guest.write(writing, &[4; 1]), Err(Errno::EAGAIN));
    assert_eq!(guest.read(reading, 70_000).unwrap().len(), 65_536);
    guest.close(reading).unwrap();
    assert_eq!(guest.write(writing, b"x"), Err(Errno::EPIPE));
}
