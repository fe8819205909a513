//! Path arguments: C strings, and the directories that they start from.

use super::Process;
use crate::abi::{AT_FDCWD, AtFlags, Errno};
use crate::memory::GuestMemory;
use crate::vfs::{At, Follow, Ino, PATH_MAX};

/// Reads the path at `address`.
///
/// # Errors
/// `EFAULT` or `ENAMETOOLONG`.
pub(super) fn path<'m>(memory: &'m GuestMemory<'_>, address: u32) -> Result<&'m [u8], Errno> {
    memory.c_str(address, u32::try_from(PATH_MAX).unwrap_or(u32::MAX))
}

/// Checks the flags of an `…at` call.
///
/// # Errors
/// `EINVAL` for a bit that is not `allowed`.
pub(super) fn at_flags(raw: u32, allowed: AtFlags) -> Result<AtFlags, Errno> {
    AtFlags::from_bits(raw).filter(|flags| allowed.contains(*flags)).ok_or(Errno::EINVAL)
}

/// Whether a link at the end of the path is followed.
pub(super) fn follow(flags: AtFlags) -> Follow {
    if flags.contains(AtFlags::SYMLINK_NOFOLLOW) { Follow::No } else { Follow::Yes }
}

/// The object that an `…at` call works on.
pub(super) enum PathTarget {
    /// An inode.
    Inode(Ino),
    /// An open object without an inode: a pipe, a stream.
    Descriptor(i32),
}

impl Process {
    /// Returns a path that starts from the directory of `dirfd`.
    ///
    /// # Errors
    /// For a relative path, `EBADF` when `dirfd` is not open, `ENOTDIR` when its object has no inode.
    pub(super) fn at<'p>(&self, dirfd: i32, path: &'p [u8]) -> Result<At<'p>, Errno> {
        if path.first() == Some(&b'/') {
            return Ok(At::root(path));
        }
        let dir = if dirfd == AT_FDCWD { self.cwd() } else { self.fds.get(dirfd)?.inode().ok_or(Errno::ENOTDIR)? };
        Ok(At { dir, path })
    }

    /// Resolves a path and flags; an empty path means the descriptor itself where the flags allow it.
    ///
    /// # Errors
    /// Those of [`Process::at`] and of the walk.
    pub(super) fn target(&self, dirfd: i32, path: &[u8], flags: AtFlags) -> Result<PathTarget, Errno> {
        if path.is_empty() && flags.contains(AtFlags::EMPTY_PATH) {
            if dirfd == AT_FDCWD {
                return Ok(PathTarget::Inode(self.cwd()));
            }
            let inode = self.fds.get(dirfd)?.inode();
            return Ok(inode.map_or(PathTarget::Descriptor(dirfd), PathTarget::Inode));
        }
        if let Some(fd) = descriptor_of(path) {
            let inode = self.fds.get(fd).map_err(|_| Errno::ENOENT)?.inode();
            return Ok(inode.map_or(PathTarget::Descriptor(fd), PathTarget::Inode));
        }
        self.vfs.resolve(&self.by(), self.at(dirfd, path)?, follow(flags)).map(PathTarget::Inode)
    }

    /// Returns the inode that a path leads to.
    ///
    /// # Errors
    /// Those of [`Process::target`]; `EINVAL` for an open object without an inode.
    pub(super) fn inode(&self, dirfd: i32, path: &[u8], flags: AtFlags) -> Result<Ino, Errno> {
        match self.target(dirfd, path, flags)? {
            PathTarget::Inode(ino) => Ok(ino),
            PathTarget::Descriptor(_) => Err(Errno::EINVAL),
        }
    }
}

/// Returns the descriptor that a path of the form `/dev/fd/N` names. These paths belong to the process; the file system
/// does not contain them.
pub(super) fn descriptor_of(path: &[u8]) -> Option<i32> {
    let number = path.strip_prefix(b"/dev/fd/").or_else(|| path.strip_prefix(b"/proc/self/fd/"))?;
    let plain = number == b"0" || number.first().is_some_and(|first| *first != b'0');
    if !plain || !number.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(number).ok()?.parse().ok()
}
