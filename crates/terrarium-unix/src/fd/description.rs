//! The operations of every open object. Each default refuses with the errno that its doc names.

use super::Resources;
use crate::abi::{Errno, PollEvents, Stat, Whence};
use crate::vfs::Ino;

/// An object behind a descriptor.
///
/// The caller checks whether the descriptor was opened for reading or writing. A method that is not overridden answers
/// as Unix does for a kind of object without that operation.
pub trait Description {
    /// Returns the object's status, as `fstat` reports it.
    ///
    /// # Errors
    /// The errno of the file system when the object no longer exists.
    fn stat(&self, with: &mut Resources<'_>) -> Result<Stat, Errno>;

    /// Reads at the object's position into `buffer`; 0 is the end of file.
    ///
    /// # Errors
    /// `EISDIR` for a directory, `EAGAIN` when the read would wait for ever, else `EINVAL` by default.
    fn read(&mut self, _: &mut Resources<'_>, _buffer: &mut [u8]) -> Result<usize, Errno> {
        Err(Errno::EINVAL)
    }

    /// Writes `data`, or its first part, at the object's position.
    ///
    /// # Errors
    /// `EPIPE` without a reader, `EAGAIN` when the write would wait for ever, `ENOSPC` at a quota, else `EINVAL` by
    /// default.
    fn write(&mut self, _: &mut Resources<'_>, _data: &[u8]) -> Result<usize, Errno> {
        Err(Errno::EINVAL)
    }

    /// Reads at `offset` without moving the position.
    ///
    /// # Errors
    /// `ESPIPE` by default: the object has no positions.
    fn read_at(&mut self, _: &mut Resources<'_>, _buffer: &mut [u8], _offset: u64) -> Result<usize, Errno> {
        Err(Errno::ESPIPE)
    }

    /// Writes at `offset` without moving the position.
    ///
    /// # Errors
    /// `ESPIPE` by default: the object has no positions.
    fn write_at(&mut self, _: &mut Resources<'_>, _data: &[u8], _offset: u64) -> Result<usize, Errno> {
        Err(Errno::ESPIPE)
    }

    /// Moves the position, and returns the new one.
    ///
    /// # Errors
    /// `EINVAL` for a position before the start; `ESPIPE` by default: the object has no positions.
    fn seek(&mut self, _: &mut Resources<'_>, _offset: i64, _whence: Whence) -> Result<u64, Errno> {
        Err(Errno::ESPIPE)
    }

    /// Sets the size.
    ///
    /// # Errors
    /// `EINVAL` by default: the object has no size.
    fn truncate(&mut self, _: &mut Resources<'_>, _size: u64) -> Result<(), Errno> {
        Err(Errno::EINVAL)
    }

    /// Ensures that written data is stored.
    ///
    /// # Errors
    /// `EINVAL` by default: the object stores nothing.
    fn sync(&mut self, _: &mut Resources<'_>) -> Result<(), Errno> {
        Err(Errno::EINVAL)
    }

    /// Writes directory entries into `buffer`, and returns the number of bytes; 0 is the end.
    ///
    /// # Errors
    /// `EINVAL` when not even one entry fits; `ENOTDIR` by default.
    fn entries(&mut self, _: &mut Resources<'_>, _buffer: &mut [u8]) -> Result<usize, Errno> {
        Err(Errno::ENOTDIR)
    }

    /// Returns the number of bytes that a read would return at once (`FIONREAD`).
    ///
    /// # Errors
    /// `ENOTTY` by default: the object has no such number.
    fn waiting(&self, _: &mut Resources<'_>) -> Result<u64, Errno> {
        Err(Errno::ENOTTY)
    }

    /// Returns the operations that would not wait; reading and writing by default.
    fn readiness(&self, _: &mut Resources<'_>) -> PollEvents {
        PollEvents::IN | PollEvents::RDNORM | PollEvents::OUT | PollEvents::WRNORM
    }

    /// Sets whether every write goes to the end (`O_APPEND`). Has no effect by default: the object has no positions.
    fn set_append(&mut self, _append: bool) {}

    /// The inode of a file or directory; none by default.
    fn inode(&self) -> Option<Ino> {
        None
    }

    /// Handles the close of the last descriptor. Does nothing by default.
    fn close(&mut self, _: &mut Resources<'_>) {}
}
