//! An open regular file: an inode and a position.

use super::{Description, Resources};
use crate::abi::{Errno, Stat, Whence};
use crate::vfs::Ino;

/// An open regular file.
#[derive(Debug, Clone)]
pub struct File {
    ino: Ino,
    position: u64,
    append: bool,
}

impl File {
    /// Opens a file at its start. Takes over one hold on the inode, and releases it when it is closed.
    #[must_use]
    pub const fn new(ino: Ino) -> Self {
        Self { ino, position: 0, append: false }
    }

    /// Returns the place at which a call would start: at `offset`, at the position without one, or at the end.
    ///
    /// # Errors
    /// `EINVAL` when it is no regular file.
    pub fn start(&self, with: &Resources<'_>, offset: Option<u64>, writes: bool) -> Result<u64, Errno> {
        if writes && self.append { with.vfs.size(self.ino) } else { Ok(offset.unwrap_or(self.position)) }
    }
}

impl Description for File {
    fn stat(&self, with: &mut Resources<'_>) -> Result<Stat, Errno> {
        with.vfs.stat(self.ino)
    }

    fn read(&mut self, with: &mut Resources<'_>, buffer: &mut [u8]) -> Result<usize, Errno> {
        let count = with.vfs.read_at(self.ino, self.position, buffer)?;
        self.position = advance(self.position, count)?;
        Ok(count)
    }

    fn write(&mut self, with: &mut Resources<'_>, data: &[u8]) -> Result<usize, Errno> {
        if self.append {
            let (position, count) = with.vfs.append(&with.by, self.ino, data)?;
            self.position = advance(position, count)?;
            return Ok(count);
        }
        let count = with.vfs.write_at(&with.by, self.ino, self.position, data)?;
        self.position = advance(self.position, count)?;
        Ok(count)
    }

    fn read_at(&mut self, with: &mut Resources<'_>, buffer: &mut [u8], offset: u64) -> Result<usize, Errno> {
        with.vfs.read_at(self.ino, offset, buffer)
    }

    fn write_at(&mut self, with: &mut Resources<'_>, data: &[u8], offset: u64) -> Result<usize, Errno> {
        // As on Linux, append mode overrides the offset.
        if self.append {
            return with.vfs.append(&with.by, self.ino, data).map(|(_, count)| count);
        }
        with.vfs.write_at(&with.by, self.ino, offset, data)
    }

    fn seek(&mut self, with: &mut Resources<'_>, offset: i64, whence: Whence) -> Result<u64, Errno> {
        let base = match whence {
            Whence::Set => 0,
            Whence::Current => self.position,
            Whence::End => with.vfs.size(self.ino)?,
        };
        self.position = place(base, offset)?;
        Ok(self.position)
    }

    fn truncate(&mut self, with: &mut Resources<'_>, size: u64) -> Result<(), Errno> {
        with.vfs.truncate(&with.by, self.ino, size)
    }

    fn sync(&mut self, with: &mut Resources<'_>) -> Result<(), Errno> {
        with.vfs.sync(self.ino)
    }

    fn waiting(&self, with: &mut Resources<'_>) -> Result<u64, Errno> {
        Ok(with.vfs.size(self.ino)?.saturating_sub(self.position))
    }

    fn set_append(&mut self, append: bool) {
        self.append = append;
    }

    fn inode(&self) -> Option<Ino> {
        Some(self.ino)
    }

    fn close(&mut self, with: &mut Resources<'_>) {
        with.vfs.release(self.ino);
    }
}

fn advance(position: u64, count: usize) -> Result<u64, Errno> {
    let count = u64::try_from(count).map_err(|_| Errno::EOVERFLOW)?;
    position.checked_add(count).ok_or(Errno::EOVERFLOW)
}

/// Returns the position `offset` away from `base`: EINVAL before the start, EOVERFLOW beyond what the guest can
/// represent.
pub(super) fn place(base: u64, offset: i64) -> Result<u64, Errno> {
    let place = base.checked_add_signed(offset);
    let place = place.ok_or(if offset < 0 { Errno::EINVAL } else { Errno::EOVERFLOW })?;
    i64::try_from(place).map_err(|_| Errno::EOVERFLOW)?;
    Ok(place)
}
