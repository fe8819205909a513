//! The steps that names, links and inodes are changed by; no checks of permissions here.

use super::directory::Name;
use super::inode::{Inode, Link, Node};
use super::{Context, Ino, Vfs};
use crate::abi::{Errno, FileType, S_ISGID, Timespec};

impl Vfs {
    /// Makes an inode and its entry.
    ///
    /// Errors: those of `may_create` (`ENOENT` removed directory, `EACCES`); `ENOSPC`.
    pub(super) fn create(&mut self, ctx: &Context, dir: Ino, name: Name, mode: u32, node: Node) -> Result<Ino, Errno> {
        self.may_create(ctx, dir)?;
        let inode = self.new_inode(ctx, dir, mode, node)?;
        let ino = self.add(inode)?;
        self.attach(ctx.now, dir, name, ino)?;
        Ok(ino)
    }

    /// An inode as it is made in a directory: one with the set-group bit hands its group down.
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

    /// Removes an entry, and the inode with its last name unless a descriptor holds it.
    pub(super) fn detach(&mut self, now: Timespec, dir: Ino, name: &[u8], ino: Ino) -> Result<(), Errno> {
        self.update(dir, |parent| {
            parent.touch(now);
            parent.directory_mut().map(|directory| directory.remove(name))
        })??;
        self.update(ino, |inode| {
            inode.ctime = now;
            inode.unlink(dir, name);
        })?;
        self.reap(ino);
        Ok(())
    }

    /// Moves an entry; what the new name led to before loses that name.
    pub(super) fn reattach(
        &mut self,
        now: Timespec,
        (old_dir, old_name): (Ino, &[u8]),
        (new_dir, new_name): (Ino, Name),
        ino: Ino,
    ) -> Result<(), Errno> {
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
