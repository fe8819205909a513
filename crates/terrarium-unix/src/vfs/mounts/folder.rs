//! The interface to folders of the host.
//!
//! A path is relative to the folder: names with slashes between them, without `.`, `..` and empty names; the empty path
//! is the folder itself. No call follows a link, not even in the middle of a path. Only regular files, folders and links
//! exist; everything else is reported as missing.

use std::fmt::Debug;
use std::sync::Arc;

use crate::abi::{Errno, FileType, LockKind, Timespec};

/// The kind of a file of the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostKind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link.
    Link,
}

impl HostKind {
    /// Returns the type for modes and directory entries.
    pub const fn file_type(self) -> FileType {
        match self {
            HostKind::File => FileType::Regular,
            HostKind::Folder => FileType::Directory,
            HostKind::Link => FileType::Symlink,
        }
    }
}

/// The status of a file of the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HostStatus {
    /// The kind.
    pub kind: HostKind,
    /// The numbers that identify the file on the host. The guest never sees them.
    pub id: (u64, u64),
    /// The number of names.
    pub links: u64,
    /// The length in bytes.
    pub size: u64,
    /// The permission bits.
    pub mode: u32,
    /// The time of the last read.
    pub atime: Timespec,
    /// The time of the last change of the content.
    pub mtime: Timespec,
    /// The time of the last change of the attributes.
    pub ctime: Timespec,
}

impl HostStatus {
    /// Returns the status of a file of which nothing else is known.
    pub(super) fn of(kind: HostKind) -> Self {
        let time = Timespec::default();
        Self { kind, id: (0, 0), links: 0, size: 0, mode: 0, atime: time, mtime: time, ctime: time }
    }
}

/// An entry of a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostName {
    /// The name.
    pub name: Arc<[u8]>,
    /// The kind.
    pub kind: HostKind,
    /// The numbers that identify the file on the host.
    pub id: (u64, u64),
}

/// A file that was opened, with its status.
#[derive(Clone, Debug)]
pub struct OpenHostFile {
    /// The file.
    pub file: Arc<dyn HostFile>,
    /// Its status.
    pub status: HostStatus,
    /// Whether it can be written.
    pub writes: bool,
}

/// A folder of the host, or a single file of it, which is held: its renaming or removal redirects nothing.
///
/// Each call fails with the errno of the guest that suits the host's error.
pub trait HostFolder: Debug + Send + Sync {
    /// Returns the status of a file.
    ///
    /// # Errors
    /// `ENOENT` also for a kind that does not exist here.
    fn status(&self, path: &[u8]) -> Result<HostStatus, Errno>;

    /// Returns the target of a link.
    ///
    /// # Errors
    /// `EINVAL` if the file is none.
    fn target(&self, path: &[u8]) -> Result<Vec<u8>, Errno>;

    /// Lists a folder, in any order.
    ///
    /// # Errors
    /// `EFBIG` for more than `most` entries.
    fn list(&self, path: &[u8], most: usize) -> Result<Vec<HostName>, Errno>;

    /// Opens a regular file. Never waits for another process.
    ///
    /// # Errors
    /// `ENOENT` for a kind that does not exist here, `EISDIR`, `ELOOP` for a link.
    fn open(&self, path: &[u8], writes: bool) -> Result<OpenHostFile, Errno>;

    /// Creates a file that does not exist, for reading and writing.
    ///
    /// # Errors
    /// `EEXIST`.
    fn create(&self, path: &[u8], mode: u32) -> Result<OpenHostFile, Errno>;

    /// Creates a folder.
    ///
    /// # Errors
    /// `EEXIST`.
    fn create_folder(&self, path: &[u8], mode: u32) -> Result<(), Errno>;

    /// Removes a file or link, or an empty folder.
    ///
    /// # Errors
    /// `EISDIR` or `ENOTDIR` for the other kind, `ENOTEMPTY`.
    fn remove(&self, path: &[u8], is_folder: bool) -> Result<(), Errno>;

    /// Renames a file, and replaces another one.
    ///
    /// # Errors
    /// Those of `rename`.
    fn rename(&self, old: &[u8], new: &[u8]) -> Result<(), Errno>;

    /// Sets the times of the last read and the last change; `None` leaves one unchanged.
    ///
    /// # Errors
    /// `EPERM` if the file belongs to another user.
    fn set_times(&self, path: &[u8], times: [Option<Timespec>; 2]) -> Result<(), Errno>;

    /// Sets the permission bits of a file or folder.
    ///
    /// # Errors
    /// `EPERM` if the file belongs to another user.
    fn set_mode(&self, path: &[u8], mode: u32) -> Result<(), Errno>;
}

/// An open regular file of the host.
pub trait HostFile: Debug + Send + Sync {
    /// Tells the file's new path, because the guest has renamed it. `None` before its last name is removed: from then on
    /// it cannot be opened again.
    fn moved(&self, path: Option<&[u8]>);

    /// Returns the present status.
    ///
    /// # Errors
    /// `EIO` and the like.
    fn status(&self) -> Result<HostStatus, Errno>;

    /// Reads from an offset on, as far as the file and the buffer reach; 0 is the end.
    ///
    /// # Errors
    /// `EIO` and the like.
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> Result<usize, Errno>;

    /// Writes at an offset; returns the number of bytes.
    ///
    /// # Errors
    /// `EBADF` if it was opened for reading; `ENOSPC`.
    fn write_at(&self, offset: u64, data: &[u8]) -> Result<usize, Errno>;

    /// Sets the size.
    ///
    /// # Errors
    /// `EINVAL` if it was opened for reading; `ENOSPC`.
    fn set_size(&self, size: u64) -> Result<(), Errno>;

    /// Ensures that written data is stored.
    ///
    /// # Errors
    /// `EIO` and the like.
    fn sync(&self) -> Result<(), Errno>;

    /// Sets the times of the last read and the last change; `None` leaves one unchanged.
    ///
    /// # Errors
    /// `EPERM` if the file belongs to another user.
    fn set_times(&self, times: [Option<Timespec>; 2]) -> Result<(), Errno>;

    /// Sets the permission bits.
    ///
    /// # Errors
    /// `EPERM` if the file belongs to another user.
    fn set_mode(&self, mode: u32) -> Result<(), Errno>;

    /// Locks bytes up to `end` (`u64::MAX` for all), or unlocks them, without waiting.
    ///
    /// # Errors
    /// `EAGAIN` when another holder excludes the lock.
    fn lock(&self, kind: LockKind, start: u64, end: u64) -> Result<(), Errno>;

    /// Returns a lock of another holder that excludes a lock: its kind, its first byte and its end.
    ///
    /// # Errors
    /// `EIO` and the like.
    fn locked(&self, kind: LockKind, start: u64, end: u64) -> Result<Option<(LockKind, u64, u64)>, Errno>;

    /// Locks the whole file, or unlocks it, without waiting.
    ///
    /// # Errors
    /// `EAGAIN` when another holder excludes the lock.
    fn lock_whole(&self, kind: LockKind) -> Result<(), Errno>;
}
