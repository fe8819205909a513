//! Directories: making, removing and listing them, and the working directory.

use super::import::{Import, syscall};
use super::path::path;
use super::{Args, Process};
use crate::abi::{AT_FDCWD, Errno};
use crate::memory::GuestMemory;

pub(super) const IMPORTS: &[Import] = &[
    syscall("__syscall_mkdirat", "iii->i", mkdirat),
    syscall("__syscall_rmdir", "i->i", rmdir),
    syscall("__syscall_getdents64", "iii->i", getdents),
    syscall("__syscall_chdir", "i->i", chdir),
    syscall("__syscall_fchdir", "i->i", fchdir),
    syscall("__syscall_getcwd", "ii->i", getcwd),
    syscall("__syscall_mknodat", "iiii->i", mknodat)
        .partial("regular files only: devices fail with EPERM, FIFOs and sockets with ENOTSUP"),
];

/// `(int dirfd, const char *path, mode_t mode)`.
fn mkdirat(process: &mut Process, memory: &mut GuestMemory<'_>, args: Args<'_>) -> Result<i32, Errno> {
    let at = process.at(args.i32(0), path(memory, args.ptr(1))?)?;
    process.vfs.mkdir(&process.by(), at, args.u32(2)).map(|_| 0)
}

/// `(const char *path)`.
fn rmdir(process: &mut Process, memory: &mut GuestMemory<'_>, args: Args<'_>) -> Result<i32, Errno> {
    let at = process.at(AT_FDCWD, path(memory, args.ptr(0))?)?;
    process.vfs.rmdir(&process.by(), at).map(|()| 0)
}

/// `(int fd, struct dirent *buffer, size_t size)`; straight into guest memory.
fn getdents(process: &mut Process, memory: &mut GuestMemory<'_>, args: Args<'_>) -> Result<i32, Errno> {
    let (object, mut with) = process.object(args.i32(0))?;
    let written = object.entries(&mut with, memory.slice_mut(args.ptr(1), args.u32(2))?)?;
    i32::try_from(written).map_err(|_| Errno::EOVERFLOW)
}

/// `(const char *path)`.
fn chdir(process: &mut Process, memory: &mut GuestMemory<'_>, args: Args<'_>) -> Result<i32, Errno> {
    process.change_directory(path(memory, args.ptr(0))?).map(|()| 0)
}

/// `(int fd)`.
fn fchdir(process: &mut Process, _: &mut GuestMemory<'_>, args: Args<'_>) -> Result<i32, Errno> {
    let fd = args.i32(0);
    process.fds.get(fd)?.inode().ok_or(Errno::ENOTDIR)?;
    // The walk to "." checks that this is a directory, and that the guest may search it.
    let directory = process.vfs.resolve_directory(&process.by(), process.at(fd, b".")?)?;
    process.enter_directory(directory).map(|()| 0)
}

/// `(char *buffer, size_t size)`; returns the length with the NUL.
fn getcwd(process: &mut Process, memory: &mut GuestMemory<'_>, args: Args<'_>) -> Result<i32, Errno> {
    let mut path = process.vfs.path_of(process.cwd())?;
    path.push(0);
    let length = u32::try_from(path.len()).map_err(|_| Errno::ERANGE)?;
    match args.u32(1) {
        0 => Err(Errno::EINVAL),
        size if size < length => Err(Errno::ERANGE),
        _ => {
            memory.write(args.ptr(0), &path)?;
            Ok(length.cast_signed())
        }
    }
}

/// `(int dirfd, const char *path, mode_t mode, dev_t device)`.
fn mknodat(process: &mut Process, memory: &mut GuestMemory<'_>, args: Args<'_>) -> Result<i32, Errno> {
    let at = process.at(args.i32(0), path(memory, args.ptr(1))?)?;
    process.vfs.mknod(&process.by(), at, args.u32(2)).map(|_| 0)
}
