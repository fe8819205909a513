//! Making, removing and listing directories.

use super::directory::{Directory, FIRST_CURSOR, Name};
use super::inode::Node;
use super::mounts::Place;
use super::walk::{Last, Walker};
use super::{At, Context, Ino, Vfs};
use crate::abi::{Errno, FileType, S_ISVTX};
use std::sync::Arc;

/// An entry of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirEntry {
    /// The inode.
    pub ino: Ino,
    /// Its type.
    pub kind: FileType,
    /// The entry's name.
    pub name: Arc<[u8]>,
    /// The cursor from which the listing continues after this entry.
    pub next: u64,
}

impl Vfs {
    /// Makes a directory. From `mode`, it takes the permission and sticky bits without the umask.
    ///
    /// # Errors
    /// Those of [`Vfs::resolve`] for the directory above; `EEXIST` if the name exists (or the path ends in `.`, `..` or
    /// is `/`); `ENOENT` if the directory above was removed; `EACCES` if it may not be written; `ENOSPC` at a quota.
    pub fn mkdir(&mut self, ctx: &Context, at: At<'_>, mode: u32) -> Result<Ino, Errno> {
        let (dir, name) = self.new_entry(ctx, at, true)?;
        let mode = mode & (0o777 | S_ISVTX) & !ctx.umask;
        self.create(ctx, dir, name, mode, Node::Directory(Directory::new(dir)))
    }

    /// Finds the place of a new entry.
    ///
    /// # Errors
    /// Those of the walk; `EEXIST` if the name exists; `ENOENT` if a slash follows the name of a new entry that is no
    /// directory.
    pub(super) fn new_entry(&self, ctx: &Context, at: At<'_>, directory: bool) -> Result<(Ino, Name), Errno> {
        let mut walker = Walker::new(self, ctx, at)?;
        let Last::Name(name) = walker.advance()? else {
            return Err(Errno::EEXIST);
        };
        if walker.lookup(&name)?.is_some() {
            return Err(Errno::EEXIST);
        }
        if walker.slash && !directory {
            return Err(Errno::ENOENT);
        }
        Ok((walker.dir, Name::from(&*name)))
    }

    /// Removes an empty directory.
    ///
    /// # Errors
    /// - Those of [`Vfs::resolve`] for the directory above.
    /// - `ENOTEMPTY` if the path ends in `..`, `EINVAL` if in `.`, `EBUSY` for the root.
    /// - `ENOENT` if there is no such entry.
    /// - `EACCES` if the directory above may not be written, `EPERM` if it is sticky.
    /// - `ENOTDIR` for another type, `ENOTEMPTY` if the directory has entries.
    pub fn rmdir(&mut self, ctx: &Context, at: At<'_>) -> Result<(), Errno> {
        let mut walker = Walker::new(self, ctx, at)?;
        let (dir, name) = match walker.advance()? {
            Last::Name(name) => (walker.dir, name),
            Last::DotDot => return Err(Errno::ENOTEMPTY),
            Last::Dot => return Err(Errno::EINVAL),
            Last::Root => return Err(Errno::EBUSY),
        };
        let ino = walker.lookup(&name)?.ok_or(Errno::ENOENT)?;
        let dir = match self.place(ctx, dir)? {
            _ if self.is_mount(ino) => return Err(Errno::EBUSY),
            Place::Inside(dir) => dir,
            Place::Outside => return self.host_unlink(dir, &name, ino, true),
        };
        self.may_remove(ctx, dir, ino, true)?;
        if !self.has_no_entries(ino)? {
            return Err(Errno::ENOTEMPTY);
        }
        self.detach(ctx.now, dir, &name, ino)
    }

    /// Whether a directory has no entries. One that shows a folder of the host counts as one with entries.
    ///
    /// # Errors
    /// `EBADF` if the inode does not exist; `ENOTDIR` if it is no directory.
    pub fn is_empty_dir(&self, dir: Ino) -> Result<bool, Errno> {
        // The content of a folder of the host is not looked at.
        Ok(!self.shows_folder(dir) && self.inode(dir)?.directory()?.is_empty())
    }

    /// Returns the cursor behind a directory's newest entry.
    ///
    /// A descriptor notes the cursor when it is opened or rewound, and lists up to it. A program that creates or
    /// renames files while it lists therefore does not meet its own new entries for ever.
    ///
    /// # Errors
    /// `EBADF` if the inode does not exist; `ENOTDIR` if it is no directory.
    pub fn dir_end(&self, dir: Ino) -> Result<u64, Errno> {
        Ok(self.inode(dir)?.directory()?.end())
    }

    /// Lists at most `max` entries from a cursor on, up to the cursor `end`. Cursor 0 is the beginning; `.` and `..`
    /// come first. An entry keeps its position while others are added and removed.
    ///
    /// # Errors
    /// `EBADF` if the inode does not exist; `ENOTDIR` if it is no directory; `ENOENT` if it was removed.
    pub fn readdir(&self, dir: Ino, from: u64, end: u64, max: usize) -> Result<Vec<DirEntry>, Errno> {
        let inode = self.inode(dir)?;
        let directory = inode.directory()?;
        if inode.links.is_empty() && dir != Ino::ROOT {
            return Err(Errno::ENOENT);
        }
        let dots: [(&[u8], Ino); FIRST_CURSOR as usize] = [(b".", dir), (b"..", directory.parent)];
        let dots = dots.into_iter().enumerate().map(|(index, (name, ino))| DirEntry {
            ino,
            kind: FileType::Directory,
            name: Name::from(name),
            next: index as u64 + 1,
        });
        let entries = directory.list(from, end).map(|(cursor, name, entry)| DirEntry {
            ino: entry.ino,
            kind: entry.kind,
            name: name.clone(),
            next: cursor + 1,
        });
        let skipped = usize::try_from(from.min(FIRST_CURSOR)).unwrap_or(0);
        Ok(dots.skip(skipped).chain(entries).take(max).collect())
    }
}
