//! Renaming.

use super::directory::Name;
use super::walk::{Last, NameRef, Walker};
use super::{At, Context, Ino, Vfs};
use crate::abi::{AccessMode, Errno, FileType};

/// One end of a rename: an entry that may be there or not.
struct End<'p> {
    dir: Ino,
    name: NameRef<'p>,
    slash: bool,
    ino: Result<Option<Ino>, Errno>,
}

impl Vfs {
    /// Renames a file or directory, in place of what has the new name, if that is of the same kind.
    ///
    /// Errors: those of [`Vfs::resolve`] for the old and then the new directory; `EBUSY` a path ends in `.` or `..`
    /// or is `/`; `ENOENT` there is no old name; `ENOTDIR` a slash follows a name and it is not a directory; `EINVAL`
    /// the new name lies in the directory that is renamed; `ENOTEMPTY` the old name lies below the new one. Nothing
    /// is done if both are the same file. Then `EACCES`, `EPERM` as for [`Vfs::unlink`] of the old name; `ENOENT` the
    /// new directory was removed, `EACCES` it may not be written; `EPERM` it is sticky; `ENOTDIR` a directory over a
    /// file, `EISDIR` a file over a directory; `EACCES` a directory that moves may not be written itself; `ENOTEMPTY`
    /// the replaced directory has entries.
    pub fn rename(&mut self, ctx: &Context, old: At<'_>, new: At<'_>) -> Result<(), Errno> {
        let (old, new) = (self.rename_end(ctx, old)?, self.rename_end(ctx, new)?);
        let (Some(old), Some(new)) = (old, new) else {
            return Err(Errno::EBUSY);
        };
        let ino = old.ino?.ok_or(Errno::ENOENT)?;
        let new_ino = new.ino?;
        let directory = self.inode(ino)?.file_type() == FileType::Directory;
        if !directory && (old.slash || new.slash) {
            return Err(Errno::ENOTDIR);
        }
        if directory && self.is_within(new.dir, ino)? {
            return Err(Errno::EINVAL);
        }
        if let Some(target) = new_ino
            && self.inode(target)?.file_type() == FileType::Directory
            && self.is_within(old.dir, target)?
        {
            return Err(Errno::ENOTEMPTY);
        }
        if new_ino == Some(ino) {
            return Ok(());
        }
        self.may_remove(ctx, old.dir, ino, directory)?;
        match new_ino {
            None => self.may_create(ctx, new.dir)?,
            Some(target) => self.may_remove(ctx, new.dir, target, directory)?,
        }
        if directory && old.dir != new.dir {
            self.require(ctx, ino, AccessMode::WRITE)?;
        }
        if let Some(target) = new_ino
            && directory
            && !self.inode(target)?.directory()?.is_empty()
        {
            return Err(Errno::ENOTEMPTY);
        }
        self.reattach(ctx.now, (old.dir, &old.name), (new.dir, Name::from(&*new.name)), ino)
    }

    /// Walks to one end; `None` if the path has no last name.
    fn rename_end<'p>(&self, ctx: &'p Context, at: At<'p>) -> Result<Option<End<'p>>, Errno> {
        let mut walker = Walker::new(self, ctx, at)?;
        let Last::Name(name) = walker.advance()? else {
            return Ok(None);
        };
        // What is wrong with a name is reported after the other end was walked.
        let ino = walker.lookup(&name);
        Ok(Some(End { dir: walker.dir, slash: walker.slash, ino, name }))
    }

    /// Whether a directory is another one or lies below it.
    fn is_within(&self, mut dir: Ino, ancestor: Ino) -> Result<bool, Errno> {
        loop {
            if dir == ancestor {
                return Ok(true);
            }
            // A removed directory has no way up; nothing can be renamed into it either.
            let Some(link) = self.inode(dir)?.links.first() else {
                return Ok(false);
            };
            dir = link.dir;
        }
    }
}
