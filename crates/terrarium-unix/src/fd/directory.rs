//! An open directory: an inode and a position in its listing.

use super::{Description, Resources};
use crate::abi::{DIRENT_SIZE, Dirent, Errno, Stat, Whence};
use crate::vfs::{Ino, ListingPlace};

/// Most entries of one call.
const ENTRIES_BOUND: usize = 1024;

/// An open directory.
#[derive(Debug, Clone)]
pub struct Directory {
    ino: Ino,
    cursor: u64,
    /// The end of the listing. It is noted at the start, so that the listing does not chase entries created meanwhile.
    end: Option<u64>,
    /// The position in the listing of a folder of the host.
    place: ListingPlace,
}

impl Directory {
    /// Opens a directory at the start of its listing. Takes over one hold on the inode, and releases it when it is
    /// closed.
    #[must_use]
    pub fn new(ino: Ino) -> Self {
        Self { ino, cursor: 0, end: None, place: ListingPlace::default() }
    }
}

impl Description for Directory {
    fn stat(&self, with: &mut Resources<'_>) -> Result<Stat, Errno> {
        with.vfs.stat(self.ino)
    }

    fn read(&mut self, _: &mut Resources<'_>, _: &mut [u8]) -> Result<usize, Errno> {
        Err(Errno::EISDIR)
    }

    fn read_at(&mut self, _: &mut Resources<'_>, _: &mut [u8], _: u64) -> Result<usize, Errno> {
        Err(Errno::EISDIR)
    }

    /// Positions are the cursors that the entries carry.
    fn seek(&mut self, with: &mut Resources<'_>, offset: i64, whence: Whence) -> Result<u64, Errno> {
        match whence {
            Whence::Current if offset == 0 => {}
            Whence::Set => {
                self.cursor = u64::try_from(offset).map_err(|_| Errno::EINVAL)?;
                if offset == 0 && !with.vfs.shows_folder(self.ino) {
                    self.end = Some(with.vfs.dir_end(self.ino)?);
                }
            }
            Whence::Current | Whence::End => return Err(Errno::EINVAL),
        }
        Ok(self.cursor)
    }

    fn sync(&mut self, _: &mut Resources<'_>) -> Result<(), Errno> {
        Ok(())
    }

    fn entries(&mut self, with: &mut Resources<'_>, buffer: &mut [u8]) -> Result<usize, Errno> {
        let (places, _) = buffer.as_chunks_mut::<DIRENT_SIZE>();
        if places.is_empty() {
            return Err(Errno::EINVAL);
        }
        let most = places.len().min(ENTRIES_BOUND);
        let entries = if with.vfs.shows_folder(self.ino) {
            with.vfs.list_folder(self.ino, self.cursor, most, &mut self.place)?
        } else {
            let end = match self.end {
                Some(end) => end,
                None => *self.end.insert(with.vfs.dir_end(self.ino)?),
            };
            with.vfs.readdir(self.ino, self.cursor, end, most)?
        };
        let mut written = 0_usize;
        for (place, entry) in places.iter_mut().zip(entries) {
            let next = i64::try_from(entry.next).map_err(|_| Errno::EOVERFLOW)?;
            let dirent = Dirent { ino: entry.ino.get(), next, kind: entry.kind.dirent_type(), name: &entry.name };
            *place = dirent.encode().ok_or(Errno::ENAMETOOLONG)?;
            self.cursor = entry.next;
            written = written.saturating_add(DIRENT_SIZE);
        }
        Ok(written)
    }

    fn inode(&self) -> Option<Ino> {
        Some(self.ino)
    }

    fn close(&mut self, with: &mut Resources<'_>) {
        with.vfs.release(self.ino);
    }
}
