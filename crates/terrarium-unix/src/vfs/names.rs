//! Links of both kinds, device nodes, and removing names.

use super::inode::Node;
use super::mounts::Place;
use super::walk::{Last, PATH_MAX, Walker};
use super::{At, Context, Follow, Ino, NodeKind, Vfs};
use crate::abi::{Errno, FileType, PERMISSION_BITS, S_IFMT};
use std::sync::Arc;

impl Vfs {
    /// Makes a symbolic link.
    ///
    /// # Errors
    /// - `ENOENT` for an empty target, `ENAMETOOLONG` for a target of [`PATH_MAX`] bytes or more.
    /// - Those of [`Vfs::resolve`] for the directory above.
    /// - `EEXIST` if the name exists.
    /// - `ENOENT` if a slash follows the name, or the directory above was removed.
    /// - `EACCES` if that directory may not be written, `ENOSPC` at a quota.
    pub fn symlink(&mut self, ctx: &Context, target: &[u8], at: At<'_>) -> Result<Ino, Errno> {
        if target.is_empty() {
            return Err(Errno::ENOENT);
        }
        if target.len() >= PATH_MAX {
            return Err(Errno::ENAMETOOLONG);
        }
        let (dir, name) = self.new_entry(ctx, at, false)?;
        self.create(ctx, dir, name, 0o777, Node::Symlink(Arc::from(target)))
    }

    /// Returns the target of a symbolic link.
    ///
    /// # Errors
    /// `EBADF` if the inode does not exist; `EINVAL` if it is no symbolic link.
    pub fn readlink(&self, ino: Ino) -> Result<Arc<[u8]>, Errno> {
        let ino = self.current(ino);
        if self.is_host(ino) {
            return self.host_readlink(ino);
        }
        match &self.inode(ino)?.node {
            Node::Symlink(target) => Ok(target.clone()),
            _ => Err(Errno::EINVAL),
        }
    }

    /// Gives a file a further name.
    ///
    /// # Errors
    /// - Those of [`Vfs::resolve`] for the file, then for the directory of the new name.
    /// - `EEXIST` if the new name exists.
    /// - `ENOENT` if a slash follows the new name, or its directory was removed.
    /// - `EACCES` if that directory may not be written.
    /// - `EPERM` for a directory, `ENOENT` if the file no longer has a name.
    /// - `ENOSPC` at a quota.
    pub fn link(&mut self, ctx: &Context, old: At<'_>, follow: Follow, new: At<'_>) -> Result<(), Errno> {
        let ino = self.resolve(ctx, old, follow)?;
        let (dir, name) = self.new_entry(ctx, new, false)?;
        let Place::Inside(dir) = self.place(ctx, dir)? else { return Err(Errno::EPERM) };
        self.may_create(ctx, dir)?;
        let ino = self.current(ino);
        if self.is_host(ino) && !self.is_overlay(ino)? {
            return Err(Errno::EXDEV);
        }
        if self.kind(ino)? == NodeKind::Directory {
            return Err(Errno::EPERM);
        }
        let ino = self.raised(ctx, ino)?;
        let inode = self.inode(ino)?;
        if inode.file_type() == FileType::Directory {
            return Err(Errno::EPERM);
        }
        if inode.links.is_empty() {
            return Err(Errno::ENOENT);
        }
        self.admit(0, 1)?;
        self.attach(ctx.now, dir, name, ino)
    }

    /// Removes a name of a file. The file is freed with its last name and its last descriptor.
    ///
    /// # Errors
    /// - Those of [`Vfs::resolve`] for the directory above.
    /// - `EISDIR` if the path ends in `.`, `..` or is `/`.
    /// - `ENOENT` if there is no such entry.
    /// - `EISDIR` or `ENOTDIR` if a slash follows the name.
    /// - `EACCES` if the directory above may not be written, `EPERM` if it is sticky.
    /// - `EISDIR` for a directory.
    pub fn unlink(&mut self, ctx: &Context, at: At<'_>) -> Result<(), Errno> {
        let mut walker = Walker::new(self, ctx, at)?;
        let Last::Name(name) = walker.advance()? else {
            return Err(Errno::EISDIR);
        };
        let (dir, slash) = (walker.dir, walker.slash);
        let ino = walker.lookup(&name)?.ok_or(Errno::ENOENT)?;
        if slash {
            let directory = self.kind(ino)? == NodeKind::Directory;
            return Err(if directory { Errno::EISDIR } else { Errno::ENOTDIR });
        }
        let dir = match self.place(ctx, dir)? {
            _ if self.is_mount(ino) => return Err(Errno::EBUSY),
            Place::Inside(dir) => dir,
            Place::Outside => return self.host_unlink(dir, &name, ino, false),
        };
        self.may_remove(ctx, dir, ino, false)?;
        self.detach(ctx.now, dir, &name, ino)
    }

    /// Makes an empty regular file. No other type that `mode` can name is supported.
    ///
    /// # Errors
    /// - `EPERM` for a directory, `EINVAL` for no type of file.
    /// - Those of [`Vfs::resolve`] for the directory above.
    /// - `EEXIST` if the name exists.
    /// - `ENOENT` if a slash follows the name, or the directory above was removed.
    /// - `EPERM` for a device, `ENOTSUP` for a FIFO or a socket.
    /// - `EACCES` if the directory may not be written, `ENOSPC` at a quota.
    pub fn mknod(&mut self, ctx: &Context, at: At<'_>, mode: u32) -> Result<Ino, Errno> {
        let kind = match (mode & S_IFMT, FileType::from_mode(mode)) {
            // No type means a regular file.
            (0, _) => FileType::Regular,
            (_, Some(FileType::Directory)) => return Err(Errno::EPERM),
            (_, Some(kind)) if kind != FileType::Symlink => kind,
            _ => return Err(Errno::EINVAL),
        };
        let (dir, name) = self.new_entry(ctx, at, false)?;
        match kind {
            FileType::Regular => {
                let node = self.new_file();
                let ino = self.create(ctx, dir, name, mode & PERMISSION_BITS & !ctx.umask, node)?;
                if self.is_host(ino) && !self.is_open(ino) {
                    self.host_close(ino);
                }
                Ok(ino)
            }
            FileType::Fifo | FileType::Socket => Err(Errno::ENOTSUP),
            _ => Err(Errno::EPERM),
        }
    }
}
