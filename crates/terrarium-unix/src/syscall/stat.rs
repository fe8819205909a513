//! Status and attributes: stat, access, modes, owners, times.

use super::import::{Import, preview1, syscall};
use super::path::{PathTarget, at_flags, path};
use super::{Args, Process};
use crate::abi::{
    AT_FDCWD, AccessMode, AtFlags, Errno, FdFlags, Fdstat, FileType, Filetype, OpenFlags, Rights, Stat, Timespec,
};
use crate::memory::GuestMemory;
use crate::vfs::{Ino, SetTime, SetTimes};

pub(super) const IMPORTS: &[Import] = &[
    syscall("__syscall_stat64", "ii->i", stat),
    syscall("__syscall_lstat64", "ii->i", lstat),
    syscall("__syscall_fstat64", "ii->i", fstat),
    syscall("__syscall_newfstatat", "iiii->i", fstatat),
    syscall("__syscall_statfs64", "iii->i", statfs).noted("the numbers of blocks and inodes are the quotas"),
    syscall("__syscall_fstatfs64", "iii->i", fstatfs).noted("the numbers of blocks and inodes are the quotas"),
    syscall("__syscall_faccessat", "iiii->i", faccessat),
    preview1("fd_fdstat_get", "ii->i", fdstat),
    syscall("__syscall_chmod", "ii->i", chmod),
    syscall("__syscall_fchmod", "ii->i", fchmod),
    syscall("__syscall_fchmodat2", "iiii->i", fchmodat),
    syscall("__syscall_fchownat", "iiiii->i", fchownat),
    syscall("__syscall_fchown32", "iii->i", fchown),
    syscall("__syscall_utimensat", "iiii->i", utimensat),
];

const ON_LINKS: AtFlags = AtFlags::SYMLINK_NOFOLLOW.union(AtFlags::EMPTY_PATH);

impl Process {
    fn stat_of(&mut self, target: PathTarget) -> Result<Stat, Errno> {
        match target {
            PathTarget::Inode(ino) => self.vfs.stat(ino),
            PathTarget::Descriptor(fd) => {
                let (object, mut with) = self.object(fd)?;
                object.stat(&mut with)
            }
        }
    }

    /// Returns the inode behind a descriptor.
    ///
    /// # Errors
    /// `EBADF` if it is not open; `EINVAL` if it has no inode: a pipe or a stream has no attributes to change.
    fn inode_of(&self, fd: i32) -> Result<Ino, Errno> {
        self.fds.get(fd)?.inode().ok_or(Errno::EINVAL)
    }
}

fn stat_at(
    process: &mut Process,
    memory: &mut GuestMemory<'_>,
    (dirfd, path_at, buffer): (i32, u32, u32),
    flags: AtFlags,
) -> Result<i32, Errno> {
    let target = process.target_or_program(dirfd, path(memory, path_at)?, flags)?;
    let stat = process.stat_of(target)?;
    memory.write(buffer, &stat.encode()).map(|()| 0)
}

/// `(const char *path, struct stat *buffer)`.
fn stat(process: &mut Process, memory: &mut GuestMemory<'_>, args: Args<'_>) -> Result<i32, Errno> {
    stat_at(process, memory, (AT_FDCWD, args.ptr(0), args.ptr(1)), AtFlags::empty())
}

/// `(const char *path, struct stat *buffer)`.
fn lstat(process: &mut Process, memory: &mut GuestMemory<'_>, args: Args<'_>) -> Result<i32, Errno> {
    stat_at(process, memory, (AT_FDCWD, args.ptr(0), args.ptr(1)), AtFlags::SYMLINK_NOFOLLOW)
}

/// `(int dirfd, const char *path, struct stat *buffer, int flags)`.
fn fstatat(process: &mut Process, memory: &mut GuestMemory<'_>, args: Args<'_>) -> Result<i32, Errno> {
    let flags = at_flags(args.u32(3), ON_LINKS | AtFlags::NO_AUTOMOUNT)?;
    stat_at(process, memory, (args.i32(0), args.ptr(1), args.ptr(2)), flags)
}

/// `(int fd, struct stat *buffer)`.
fn fstat(process: &mut Process, memory: &mut GuestMemory<'_>, args: Args<'_>) -> Result<i32, Errno> {
    let stat = process.stat_of(PathTarget::Descriptor(args.i32(0)))?;
    memory.write(args.ptr(1), &stat.encode()).map(|()| 0)
}

/// `(const char *path, size_t size, struct statfs *buffer)`.
fn statfs(process: &mut Process, memory: &mut GuestMemory<'_>, args: Args<'_>) -> Result<i32, Errno> {
    process.target(AT_FDCWD, path(memory, args.ptr(0))?, AtFlags::empty())?;
    memory.write(args.ptr(2), &process.vfs.statfs().encode()).map(|()| 0)
}

/// `(int fd, size_t size, struct statfs *buffer)`.
fn fstatfs(process: &mut Process, memory: &mut GuestMemory<'_>, args: Args<'_>) -> Result<i32, Errno> {
    process.fds.get(args.i32(0))?;
    memory.write(args.ptr(2), &process.vfs.statfs().encode()).map(|()| 0)
}

/// `(int dirfd, const char *path, int mode, int flags)`.
fn faccessat(process: &mut Process, memory: &mut GuestMemory<'_>, args: Args<'_>) -> Result<i32, Errno> {
    let mode = AccessMode::from_bits(args.u32(2)).ok_or(Errno::EINVAL)?;
    // The effective ids are the real ids, so the flag changes nothing.
    let flags = at_flags(args.u32(3), ON_LINKS | AtFlags::EACCESS)?;
    match process.target_or_program(args.i32(0), path(memory, args.ptr(1))?, flags)? {
        PathTarget::Inode(ino) => process.vfs.access(&process.by(), ino, mode).map(|()| 0),
        PathTarget::Descriptor(fd) => {
            let open = process.fds.get(fd)?;
            let denied = (mode.contains(AccessMode::READ) && !open.readable())
                || (mode.contains(AccessMode::WRITE) && !open.writable())
                || mode.contains(AccessMode::EXECUTE);
            if denied { Err(Errno::EACCES) } else { Ok(0) }
        }
    }
}

/// `(int fd, struct fdstat *buffer)`.
fn fdstat(process: &mut Process, memory: &mut GuestMemory<'_>, args: Args<'_>) -> Result<(), Errno> {
    let stat = process.stat_of(PathTarget::Descriptor(args.i32(0)))?;
    let open = process.fds.get(args.i32(0))?;
    let mut flags = FdFlags::empty();
    for (status, flag) in [
        (OpenFlags::APPEND, FdFlags::APPEND),
        (OpenFlags::NONBLOCK, FdFlags::NONBLOCK),
        (OpenFlags::DSYNC, FdFlags::DSYNC),
        (OpenFlags::SYNC, FdFlags::SYNC),
    ] {
        flags.set(flag, open.flags.contains(status));
    }
    let mut rights = Rights::ALL;
    rights.set(Rights::FD_READ, open.readable());
    rights.set(Rights::FD_WRITE, open.writable());
    let filetype = FileType::from_mode(stat.mode).ok_or(Errno::EIO)?.into();
    // The C library takes a character device that cannot seek for a terminal. Only an input may be one.
    let is_terminal = process.is_terminal(args.i32(0));
    let filetype = match filetype {
        Filetype::CharacterDevice if !is_terminal => Filetype::Unknown,
        other => other,
    };
    if is_terminal {
        rights.remove(Rights::FD_SEEK | Rights::FD_TELL);
    }
    let fdstat = Fdstat { filetype, flags, rights_base: rights, rights_inheriting: rights };
    memory.write(args.ptr(1), &fdstat.encode())
}

/// `(const char *path, mode_t mode)`.
fn chmod(process: &mut Process, memory: &mut GuestMemory<'_>, args: Args<'_>) -> Result<i32, Errno> {
    let ino = process.inode(AT_FDCWD, path(memory, args.ptr(0))?, AtFlags::empty())?;
    process.vfs.chmod(&process.by(), ino, args.u32(1)).map(|()| 0)
}

/// `(int fd, mode_t mode)`.
fn fchmod(process: &mut Process, _: &mut GuestMemory<'_>, args: Args<'_>) -> Result<i32, Errno> {
    let ino = process.inode_of(args.i32(0))?;
    process.vfs.chmod(&process.by(), ino, args.u32(1)).map(|()| 0)
}

/// `(int dirfd, const char *path, mode_t mode, int flags)`.
fn fchmodat(process: &mut Process, memory: &mut GuestMemory<'_>, args: Args<'_>) -> Result<i32, Errno> {
    let flags = at_flags(args.u32(3), ON_LINKS)?;
    let ino = process.inode(args.i32(0), path(memory, args.ptr(1))?, flags)?;
    process.vfs.chmod(&process.by(), ino, args.u32(2)).map(|()| 0)
}

/// `(int dirfd, const char *path, uid_t owner, gid_t group, int flags)`.
fn fchownat(process: &mut Process, memory: &mut GuestMemory<'_>, args: Args<'_>) -> Result<i32, Errno> {
    let flags = at_flags(args.u32(4), ON_LINKS)?;
    let ino = process.inode(args.i32(0), path(memory, args.ptr(1))?, flags)?;
    process.vfs.chown(&process.by(), ino, args.u32(2), args.u32(3)).map(|()| 0)
}

/// `(int fd, uid_t owner, gid_t group)`.
fn fchown(process: &mut Process, _: &mut GuestMemory<'_>, args: Args<'_>) -> Result<i32, Errno> {
    let ino = process.inode_of(args.i32(0))?;
    process.vfs.chown(&process.by(), ino, args.u32(1), args.u32(2)).map(|()| 0)
}

/// `(int dirfd, const char *path, const struct timespec times[2], int flags)`; without a path, the call applies to the
/// descriptor itself.
fn utimensat(process: &mut Process, memory: &mut GuestMemory<'_>, args: Args<'_>) -> Result<i32, Errno> {
    let flags = at_flags(args.u32(3), ON_LINKS)?;
    let times = match args.ptr(2) {
        0 => SetTimes::NOW,
        address => SetTimes { atime: time(memory, address)?, mtime: time(memory, address.wrapping_add(16))? },
    };
    let ino = match args.ptr(1) {
        0 => process.inode(args.i32(0), b"", flags | AtFlags::EMPTY_PATH)?,
        address => process.inode(args.i32(0), path(memory, address)?, flags)?,
    };
    process.vfs.set_times(&process.by(), ino, times).map(|()| 0)
}

fn time(memory: &GuestMemory<'_>, address: u32) -> Result<SetTime, Errno> {
    SetTime::from_timespec(Timespec::decode(&memory.array(address)?))
}
