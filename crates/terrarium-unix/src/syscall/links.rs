//! Names: removing, renaming, symbolic links.

use super::import::{Import, syscall};
use super::path::{at_flags, path};
use super::{Args, Process};
use crate::abi::{AtFlags, Errno};
use crate::memory::GuestMemory;
use crate::vfs::Follow;

pub(super) const IMPORTS: &[Import] = &[
    syscall("__syscall_unlinkat", "iii->i", unlinkat),
    syscall("__syscall_renameat", "iiii->i", renameat),
    syscall("__syscall_symlinkat", "iii->i", symlinkat),
    syscall("__syscall_readlinkat", "iiii->i", readlinkat),
];

/// `(int dirfd, const char *path, int flags)`.
fn unlinkat(process: &mut Process, memory: &mut GuestMemory<'_>, args: Args<'_>) -> Result<i32, Errno> {
    let flags = at_flags(args.u32(2), AtFlags::REMOVEDIR)?;
    let at = process.at(args.i32(0), path(memory, args.ptr(1))?)?;
    let by = process.by();
    if flags.contains(AtFlags::REMOVEDIR) {
        process.vfs.rmdir(&by, at).map(|()| 0)
    } else {
        process.vfs.unlink(&by, at).map(|()| 0)
    }
}

/// `(int dirfd, const char *old, int dirfd, const char *new)`.
fn renameat(process: &mut Process, memory: &mut GuestMemory<'_>, args: Args<'_>) -> Result<i32, Errno> {
    let old = process.at(args.i32(0), path(memory, args.ptr(1))?)?;
    let new = process.at(args.i32(2), path(memory, args.ptr(3))?)?;
    process.vfs.rename(&process.by(), old, new).map(|()| 0)
}

/// Serves the request for another name of a file: whether a link at the end of its path is followed, the directories
/// of both names (32 bits each), then the paths with their final NULs.
///
/// # Errors
/// Those of the paths and of [`Vfs::link`](crate::vfs::Vfs::link).
pub(super) fn link(process: &mut Process, memory: &mut GuestMemory<'_>, address: u32) -> Result<(), Errno> {
    let word = |offset: u32| memory.read_u32(address.checked_add(offset).ok_or(Errno::EFAULT)?);
    let follow = if word(0)? == 0 { Follow::No } else { Follow::Yes };
    let (old_dir, new_dir) = (word(4)?.cast_signed(), word(8)?.cast_signed());
    let first = address.checked_add(12).ok_or(Errno::EFAULT)?;
    let old = path(memory, first)?;
    let second =
        u32::try_from(old.len()).ok().and_then(|size| first.checked_add(size)?.checked_add(1)).ok_or(Errno::EFAULT)?;
    let new = process.at(new_dir, path(memory, second)?)?;
    process.vfs.link(&process.by(), process.at(old_dir, old)?, follow, new)
}

/// `(const char *target, int dirfd, const char *path)`.
fn symlinkat(process: &mut Process, memory: &mut GuestMemory<'_>, args: Args<'_>) -> Result<i32, Errno> {
    let target = path(memory, args.ptr(0))?;
    let at = process.at(args.i32(1), path(memory, args.ptr(2))?)?;
    process.vfs.symlink(&process.by(), target, at).map(|_| 0)
}

/// `(int dirfd, const char *path, char *buffer, size_t size)`; the text has no final NUL.
fn readlinkat(process: &mut Process, memory: &mut GuestMemory<'_>, args: Args<'_>) -> Result<i32, Errno> {
    let size = usize::try_from(args.i32(3)).ok().filter(|&size| size > 0).ok_or(Errno::EINVAL)?;
    let flags = AtFlags::SYMLINK_NOFOLLOW | AtFlags::EMPTY_PATH;
    let ino = process.inode(args.i32(0), path(memory, args.ptr(1))?, flags)?;
    let target = process.vfs.readlink(ino)?;
    let text = target.get(..size).unwrap_or(&target);
    memory.write(args.ptr(2), text)?;
    i32::try_from(text.len()).map_err(|_| Errno::EOVERFLOW)
}
