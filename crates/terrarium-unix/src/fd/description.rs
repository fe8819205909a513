//! What every open object can be asked. Each default refuses, and names the errno.

use super::Resources;
use crate::abi::{Errno, PollEvents, Stat, Whence};
use crate::vfs::Ino;

/// An object behind a descriptor.
///
/// Whether the descriptor was opened for reading or writing is checked before these are called. A method that is not
/// overridden answers what Unix answers for a kind of object that cannot do it.
pub trait Description {
    /// What `fstat` says.
    ///
    /// # Errors
    /// What the file system answers for an object that has gone.
    fn stat(&self, with: &mut Resources<'_>) -> Result<Stat, Errno>;

    /// Reads at the object's position into `buffer`; 0 is the end of file.
    ///
    /// # Errors
    /// `EISDIR` for a directory, `EAGAIN` where the answer would be to wait for ever, else `EINVAL` by default.
    fn read(&mut self, _: &mut Resources<'_>, _buffer: &mut [u8]) -> Result<usize, Errno> {
        Err(Errno::EINVAL)
    }

    /// Writes `data` at the object's position, or a first part of it.
    ///
    /// # Errors
    /// `EPIPE` without a reader, `EAGAIN` where the answer would be to wait for ever, `ENOSPC` at a quota, else
    /// `EINVAL` by default.
    fn write(&mut self, _: &mut Resources<'_>, _data: &[u8]) -> Result<usize, Errno> {
        Err(Errno::EINVAL)
    }

    /// Reads at `offset` and leaves the position alone.
    ///
    /// # Errors
    /// `ESPIPE` by default: the object has no positions.
    fn read_at(&mut self, _: &mut Resources<'_>, _buffer: &mut [u8], _offset: u64) -> Result<usize, Errno> {
        Err(Errno::ESPIPE)
    }

    /// Writes at `offset` and leaves the position alone.
    ///
    /// # Errors
    /// `ESPIPE` by default: the object has no positions.
    fn write_at(&mut self, _: &mut Resources<'_>, _data: &[u8], _offset: u64) -> Result<usize, Errno> {
        Err(Errno::ESPIPE)
    }

    /// Moves the position, and says where it is now.
    ///
    /// # Errors
    /// `EINVAL` for a place before the start; `ESPIPE` by default: the object has no positions.
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

    /// Makes sure what was written is stored.
    ///
    /// # Errors
    /// `EINVAL` by default: the object stores nothing.
    fn sync(&mut self, _: &mut Resources<'_>) -> Result<(), Errno> {
        Err(Errno::EINVAL)
    }

    /// Writes directory entries into `buffer`, and says how many bytes they took; 0 is the end.
    ///
    /// # Errors
    /// `EINVAL` when not even one entry fits; `ENOTDIR` by default.
    fn entries(&mut self, _: &mut Resources<'_>, _buffer: &mut [u8]) -> Result<usize, Errno> {
        Err(Errno::ENOTDIR)
    }

    /// How many bytes a read would find at once (`FIONREAD`).
    ///
    /// # Errors
    /// `ENOTTY` by default: the object cannot tell.
    fn waiting(&self, _: &mut Resources<'_>) -> Result<u64, Errno> {
        Err(Errno::ENOTTY)
    }

    /// Which operations would answer at once; reading and writing by default.
    fn readiness(&self, _: &mut Resources<'_>) -> PollEvents {
        PollEvents::IN | PollEvents::RDNORM | PollEvents::OUT | PollEvents::WRNORM
    }

    /// Whether every write goes to the end (`O_APPEND`). Means nothing by default: the object has no positions.
    fn set_append(&mut self, _append: bool) {}

    /// The inode of a file or directory; none by default.
    fn inode(&self) -> Option<Ino> {
        None
    }

    /// The last descriptor was closed. Nothing to do by default.
    fn close(&mut self, _: &mut Resources<'_>) {}
}
