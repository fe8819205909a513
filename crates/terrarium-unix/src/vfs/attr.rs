//! Attributes: status, permissions, owners, times.

use super::inode::Node;
use super::walk::NAME_MAX;
use super::{Context, Ino, Vfs};
use crate::abi::{
    AccessMode, Errno, NANOS_PER_SECOND, PERMISSION_BITS, S_ISGID, S_ISUID, Stat, Statfs, Timespec, UTIME_NOW,
    UTIME_OMIT,
};

/// The block size that `stat` and `statfs` report.
pub(super) const BLOCK: u32 = 4096;
/// The device number of the file system.
const DEVICE: u32 = 1;
/// The file system type that `statfs` reports: a tmpfs.
const TMPFS_MAGIC: u32 = 0x0102_1994;
/// Marks an owner that does not change (`-1`).
const UNCHANGED: u32 = u32::MAX;

/// The change of one of a file's times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetTime {
    /// Sets the present time.
    Now,
    /// Leaves the time unchanged.
    Omit,
    /// Sets this time.
    At(Timespec),
}

impl SetTime {
    /// Returns the meaning of a `timespec` that is passed to `utimensat`, in whole microseconds.
    ///
    /// # Errors
    /// `EINVAL` for nanoseconds that are neither below a second nor `UTIME_NOW` or `UTIME_OMIT`.
    pub fn from_timespec(time: Timespec) -> Result<SetTime, Errno> {
        match time.nsec {
            UTIME_NOW => Ok(SetTime::Now),
            UTIME_OMIT => Ok(SetTime::Omit),
            nsec if nsec < NANOS_PER_SECOND => Ok(SetTime::At(time.whole_micros())),
            _ => Err(Errno::EINVAL),
        }
    }

    fn apply(self, now: Timespec, time: &mut Timespec) {
        match self {
            SetTime::Now => *time = now,
            SetTime::Omit => {}
            SetTime::At(at) => *time = at,
        }
    }
}

/// The changes of a file's times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SetTimes {
    /// The time of the last read.
    pub atime: SetTime,
    /// The time of the last change of the content.
    pub mtime: SetTime,
}

impl SetTimes {
    /// Sets both to the present time, as `utimensat` does without times.
    pub const NOW: SetTimes = SetTimes { atime: SetTime::Now, mtime: SetTime::Now };
}

impl Vfs {
    /// Returns an inode's status. A directory's size is always 4096.
    ///
    /// # Errors
    /// `EBADF` if the inode does not exist.
    pub fn stat(&self, ino: Ino) -> Result<Stat, Errno> {
        let ino = self.current(ino);
        if self.is_host(ino) {
            return self.host_stat(ino);
        }
        let inode = self.inode(ino)?;
        let (size, rdev) = match &inode.node {
            Node::Regular(file) => (file.size(), 0),
            Node::Directory(_) => (u64::from(BLOCK), 0),
            Node::Symlink(target) => (target.len() as u64, 0),
            Node::CharDevice(device) => (0, device.rdev()),
        };
        Ok(Stat {
            dev: DEVICE,
            mode: inode.file_type().mode_bits() | inode.mode,
            nlink: inode.nlink(ino),
            uid: inode.uid,
            gid: inode.gid,
            rdev,
            size: i64::try_from(size).unwrap_or(i64::MAX),
            blksize: BLOCK as i32,
            blocks: i32::try_from(size.div_ceil(512)).unwrap_or(i32::MAX),
            atim: inode.atime,
            mtim: inode.mtime,
            ctim: inode.ctime,
            ino: ino.get(),
        })
    }

    /// Returns the file system's status: the quotas and the free part of them.
    pub fn statfs(&self) -> Statfs {
        let block = u64::from(BLOCK);
        let blocks = self.limits.bytes / block;
        let free = self.limits.bytes.saturating_sub(self.usage.bytes) / block;
        Statfs {
            kind: TMPFS_MAGIC,
            bsize: BLOCK,
            frsize: BLOCK,
            blocks,
            bfree: free,
            bavail: free,
            files: self.limits.inodes,
            ffree: self.limits.inodes.saturating_sub(self.usage.inodes),
            fsid: 0,
            namelen: NAME_MAX as u32,
            flags: 0,
        }
    }

    /// Checks that the caller may read, write or execute (search) a file.
    ///
    /// # Errors
    /// `EBADF` if the inode does not exist; `EACCES` if a part of the requested access is not allowed; `EROFS` for
    /// writing in a mount that only shows.
    pub fn access(&self, ctx: &Context, ino: Ino, wanted: AccessMode) -> Result<(), Errno> {
        let ino = self.current(ino);
        if self.is_host(ino) { self.host_access(ino, wanted) } else { self.require(ctx, ino, wanted) }
    }

    /// Sets the permission bits.
    ///
    /// # Errors
    /// `EBADF` if the inode does not exist; `ENOTSUP` for a symbolic link; `EPERM` if the caller is not the owner.
    pub fn chmod(&mut self, ctx: &Context, ino: Ino, mode: u32) -> Result<(), Errno> {
        let ino = self.raised(ctx, ino)?;
        if self.is_host(ino) {
            return self.host_chmod(ino, mode);
        }
        let inode = self.inode(ino)?;
        if matches!(inode.node, Node::Symlink(_)) {
            return Err(Errno::ENOTSUP);
        }
        if !inode.owned_by(ctx.cred) {
            return Err(Errno::EPERM);
        }
        let mut mode = mode & PERMISSION_BITS;
        if !ctx.cred.is_root() && ctx.cred.gid != inode.gid {
            mode &= !S_ISGID;
        }
        self.update(ino, |inode| {
            inode.mode = mode;
            inode.ctime = ctx.now;
        })
    }

    /// Sets owner and group; `u32::MAX` (`-1`) leaves either unchanged. Clears the set-user and set-group bits of
    /// files.
    ///
    /// # Errors
    /// `EBADF` if the inode does not exist; `EPERM` unless the caller is root, or the owner keeps the file and passes
    /// its own or the present group.
    pub fn chown(&mut self, ctx: &Context, ino: Ino, uid: u32, gid: u32) -> Result<(), Errno> {
        let ino = self.current(ino);
        if self.is_host(ino) {
            return self.host_chown(ino, uid, gid);
        }
        let inode = self.inode(ino)?;
        let owns = inode.uid == ctx.cred.uid;
        let uid_allowed = uid == UNCHANGED || (owns && uid == inode.uid);
        let gid_allowed = gid == UNCHANGED || (owns && (gid == inode.gid || gid == ctx.cred.gid));
        let allowed = ctx.cred.is_root() || (uid_allowed && gid_allowed);
        if !allowed {
            return Err(Errno::EPERM);
        }
        self.update(ino, |inode| {
            if uid != UNCHANGED {
                inode.uid = uid;
            }
            if gid != UNCHANGED {
                inode.gid = gid;
            }
            if !matches!(inode.node, Node::Directory(_)) {
                inode.mode &= !S_ISUID;
                // Without the group's execute bit, the set-group bit has another meaning and is kept.
                if inode.mode & 0o010 != 0 {
                    inode.mode &= !S_ISGID;
                }
            }
            inode.ctime = ctx.now;
        })
    }

    /// Sets the times of the last read and the last change.
    ///
    /// # Errors
    /// `EBADF` if the inode does not exist. No further errors if both are [`SetTime::Omit`]. `EACCES` if both are
    /// [`SetTime::Now`] and the caller is neither the owner nor may write; otherwise `EPERM` unless the caller is the
    /// owner.
    pub fn set_times(&mut self, ctx: &Context, ino: Ino, times: SetTimes) -> Result<(), Errno> {
        let ino = self.raised(ctx, ino)?;
        if self.is_host(ino) {
            return self.host_set_times(ctx, ino, times);
        }
        let inode = self.inode(ino)?;
        match times {
            SetTimes { atime: SetTime::Omit, mtime: SetTime::Omit } => return Ok(()),
            SetTimes::NOW => {
                if !inode.owned_by(ctx.cred) && !inode.allows(ctx.cred, AccessMode::WRITE) {
                    return Err(Errno::EACCES);
                }
            }
            _ => {
                if !inode.owned_by(ctx.cred) {
                    return Err(Errno::EPERM);
                }
            }
        }
        self.update(ino, |inode| {
            times.atime.apply(ctx.now, &mut inode.atime);
            times.mtime.apply(ctx.now, &mut inode.mtime);
            inode.ctime = ctx.now;
        })
    }
}
