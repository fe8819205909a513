//! Renaming of files and directories.

use super::directory::Name;
use super::mounts::Place;
use super::walk::{Last, NameRef, Walker};
use super::{At, Context, Ino, NodeKind, Vfs};
use crate::abi::{AccessMode, Errno};

/// One end of a rename: an entry that may exist or not.
struct RenameEnd<'p> {
    dir: Ino,
    name: NameRef<'p>,
    slash: bool,
    ino: Result<Option<Ino>, Errno>,
}

impl Vfs {
    /// Renames a file or directory, and replaces an entry of the new name if it is of the same kind.
    ///
    /// # Errors
    /// - Those of [`Vfs::resolve`] for the old and then the new directory.
    /// - `EBUSY` if a path ends in `.` or `..` or is `/`.
    /// - `ENOENT` if the old name does not exist.
    /// - `ENOTDIR` if a slash follows a name that is no directory.
    /// - `EINVAL` if the new name is inside the renamed directory, `ENOTEMPTY` if the old name is below the new one.
    ///
    /// Nothing is done if both names are the same file. Then:
    /// - `EACCES` or `EPERM` as for [`Vfs::unlink`] of the old name.
    /// - `ENOENT` if the new directory was removed, `EACCES` if it may not be written, `EPERM` if it is sticky.
    /// - `ENOTDIR` for a directory over a file, `EISDIR` for a file over a directory.
    /// - `EACCES` if a directory that moves may not be written itself.
    /// - `ENOTEMPTY` if the replaced directory has entries.
    pub fn rename(&mut self, ctx: &Context, old: At<'_>, new: At<'_>) -> Result<(), Errno> {
        let (old, new) = (self.rename_end(ctx, old)?, self.rename_end(ctx, new)?);
        let (Some(old), Some(new)) = (old, new) else {
            return Err(Errno::EBUSY);
        };
        let mut ino = old.ino?.ok_or(Errno::ENOENT)?;
        let mut new_ino = new.ino?;
        let directory = self.kind(ino)? == NodeKind::Directory;
        if !directory && (old.slash || new.slash) {
            return Err(Errno::ENOTDIR);
        }
        let (mut old_dir, mut new_dir) = (old.dir, new.dir);
        if self.mounts.is_some() {
            if self.is_mount(ino) || new_ino.is_some_and(|target| self.is_mount(target)) {
                return Err(Errno::EBUSY);
            }
            if self.writes_through(old.dir)? != self.writes_through(new.dir)? {
                return Err(Errno::EXDEV);
            }
            match (self.place(ctx, old.dir)?, self.place(ctx, new.dir)?) {
                (Place::Outside, Place::Outside) if new_ino == Some(ino) => return Ok(()),
                (Place::Outside, Place::Outside) => {
                    return self.host_rename((old.dir, &old.name), (new.dir, &new.name), new_ino);
                }
                (Place::Inside(old), Place::Inside(new)) => (old_dir, new_dir) = (old, new),
                _ => return Err(Errno::EXDEV),
            }
            if directory && self.shows_folder(ino) {
                // What is below would have to move, too: programs copy it.
                return Err(Errno::EXDEV);
            }
            if new_ino == Some(ino) {
                return Ok(());
            }
            ino = self.raised(ctx, ino)?;
            // It may have moved up as a directory above the old name.
            new_ino = self.entry(new_dir, &new.name)?;
        }
        if directory && self.is_within(new_dir, ino)? {
            return Err(Errno::EINVAL);
        }
        if let Some(target) = new_ino
            && self.kind(target)? == NodeKind::Directory
            && self.is_within(old_dir, target)?
        {
            return Err(Errno::ENOTEMPTY);
        }
        if new_ino == Some(ino) {
            return Ok(());
        }
        self.may_remove(ctx, old_dir, ino, directory)?;
        match new_ino {
            None => self.may_create(ctx, new_dir)?,
            Some(target) => self.may_remove(ctx, new_dir, target, directory)?,
        }
        if directory && old_dir != new_dir {
            self.require(ctx, ino, AccessMode::WRITE)?;
        }
        if let Some(target) = new_ino
            && directory
            && !self.has_no_entries(target)?
        {
            return Err(Errno::ENOTEMPTY);
        }
        self.reattach(ctx.now, (old_dir, &old.name), (new_dir, Name::from(&*new.name)), ino)
    }

    /// Walks to one end; returns `None` if the path has no last name.
    fn rename_end<'p>(&self, ctx: &'p Context, at: At<'p>) -> Result<Option<RenameEnd<'p>>, Errno> {
        let mut walker = Walker::new(self, ctx, at)?;
        let Last::Name(name) = walker.advance()? else {
            return Ok(None);
        };
        // A problem with a name is reported after the walk to the other end.
        let ino = walker.lookup(&name);
        Ok(Some(RenameEnd { dir: walker.dir, slash: walker.slash, ino, name }))
    }

    /// Whether a directory is the other directory or below it.
    fn is_within(&self, mut dir: Ino, ancestor: Ino) -> Result<bool, Errno> {
        loop {
            if dir == ancestor {
                return Ok(true);
            }
            if self.is_host(dir) {
                dir = self.parent(dir)?;
                continue;
            }
            // A removed directory has no parent to walk to; nothing can be renamed into it either.
            let Some(link) = self.inode(dir)?.links.first() else {
                return Ok(false);
            };
            dir = link.dir;
        }
    }
}
