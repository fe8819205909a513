//! The basic changes of names, links and inodes, without permission checks.

use super::directory::Name;
use super::inode::{Inode, Link, Node};
use super::mounts::Place;
use super::{Context, Ino, Vfs};
use crate::abi::{Errno, FileType, S_ISGID, Timespec};

impl Vfs {
    /// Makes an inode and its entry.
    ///
    /// # Errors
    /// Those of `may_create`: `ENOENT` for a removed directory, or `EACCES`; `ENOSPC` at a quota.
    pub(super) fn create(&mut self, ctx: &Context, dir: Ino, name: Name, mode: u32, node: Node) -> Result<Ino, Errno> {
        let dir = match self.place(ctx, dir)? {
            Place::Inside(dir) => dir,
            Place::Outside => return self.host_make(dir, &name, mode, &node),
        };
        self.may_create(ctx, dir)?;
        let inode = self.new_inode(ctx, dir, mode, node)?;
        let ino = self.add(inode)?;
        self.attach(ctx.now, dir, name, ino)?;
        Ok(ino)
    }

    /// Makes an inode for a directory: one with the set-group bit passes its group down.
    pub(super) fn new_inode(&self, ctx: &Context, dir: Ino, mode: u32, node: Node) -> Result<Inode, Errno> {
        let parent = self.inode(dir)?;
        let mut inode = Inode::new(ctx, mode, node);
        if parent.mode & S_ISGID != 0 {
            inode.gid = parent.gid;
            if inode.file_type() == FileType::Directory {
                inode.mode |= S_ISGID;
            }
        }
        Ok(inode)
    }

    /// Adds an entry that leads to an inode.
    pub(super) fn attach(&mut self, now: Timespec, dir: Ino, name: Name, ino: Ino) -> Result<(), Errno> {
        let kind = self.inode(ino)?.file_type();
        self.cover(dir, &name)?;
        self.update(dir, |parent| {
            parent.touch(now);
            parent.directory_mut().map(|directory| directory.insert(name.clone(), ino, kind))
        })??;
        self.update(ino, |inode| {
            inode.ctime = now;
            inode.links.push(Link { dir, name });
            if let Node::Directory(directory) = &mut inode.node {
                directory.parent = dir;
            }
        })
    }

    /// Removes an entry, and with the last name the inode, unless a descriptor holds it.
    pub(super) fn detach(&mut self, now: Timespec, dir: Ino, name: &[u8], ino: Ino) -> Result<(), Errno> {
        if self.is_mount(ino) {
            return Err(Errno::EBUSY);
        }
        self.cover(dir, name)?;
        self.update(dir, |parent| {
            parent.touch(now);
            parent.directory_mut().map(|directory| directory.remove(name))
        })??;
        if !self.is_host(ino) {
            self.update(ino, |inode| {
                inode.ctime = now;
                inode.unlink(dir, name);
            })?;
        }
        if !self.is_host(ino) {
            self.reap(ino);
        }
        Ok(())
    }

    /// Moves an entry; the inode that had the new name loses it.
    pub(super) fn reattach(
        &mut self,
        now: Timespec,
        (old_dir, old_name): (Ino, &[u8]),
        (new_dir, new_name): (Ino, Name),
        ino: Ino,
    ) -> Result<(), Errno> {
        self.cover(old_dir, old_name)?;
        self.cover(new_dir, &new_name)?;
        if let Some(victim) = self.inode(new_dir)?.directory()?.get(&new_name) {
            self.update(victim.ino, |inode| {
                inode.ctime = now;
                inode.unlink(new_dir, &new_name);
            })?;
            self.reap(victim.ino);
        }
        self.update(old_dir, |parent| {
            parent.touch(now);
            parent.directory_mut().map(|directory| directory.remove(old_name))
        })??;
        self.update(ino, |inode| inode.unlink(old_dir, old_name))?;
        self.attach(now, new_dir, new_name, ino)
    }
}
