//! Opening and creating files.

use super::directory::Name;
use super::file::FileData;
use super::inode::{Inode, Node};
use super::mounts::Place;
use super::walk::{Last, Walker};
use super::{At, Content, Context, Follow, Ino, NodeKind, Vfs};
use crate::abi::{AccessMode, Errno, FileType, OpenAccess, OpenFlags, PERMISSION_BITS};

/// An opened inode. Its descriptor owes one [`Vfs::release`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenInode {
    /// The inode.
    pub ino: Ino,
    /// Its kind.
    pub kind: NodeKind,
    /// Whether this call created it.
    pub created: bool,
}

/// The end of the path of an `open`.
enum OpenTarget {
    Found { ino: Ino, slash: bool },
    Missing { dir: Ino, name: Name },
}

impl Vfs {
    /// Opens a file, and creates it if `flags` ask for that, with `mode` without the umask. The inode is retained.
    ///
    /// `O_TMPFILE` makes a file without a name in the directory. Flags that have no meaning here are ignored.
    ///
    /// # Errors
    /// First, `EINVAL` for write-only and read-write together, `O_CREAT` with `O_DIRECTORY`, or `O_TMPFILE` without
    /// `O_DIRECTORY` or writing; then those of [`Vfs::resolve`].
    ///
    /// If the file is missing:
    /// - `ENOENT` without `O_CREAT`, or in a removed directory.
    /// - `EISDIR` for `O_CREAT` and a final slash.
    /// - `EACCES` without permission to create, `ENOSPC` at a quota.
    ///
    /// If the file exists:
    /// - `EEXIST` for `O_CREAT` with `O_EXCL`, `EISDIR` for a directory with `O_CREAT`.
    /// - `ENOTDIR` for `O_DIRECTORY` or a final slash on any other type.
    /// - `ELOOP` for a symbolic link with `O_NOFOLLOW`.
    /// - `EISDIR` for a directory opened for writing or with `O_TRUNC`.
    /// - `EACCES` without permission, `EPERM` for `O_NOATIME` on another user's file.
    pub fn open(&mut self, ctx: &Context, at: At<'_>, flags: OpenFlags, mode: u32) -> Result<OpenInode, Errno> {
        let access = flags.access().ok_or(Errno::EINVAL)?;
        let flags = match access {
            OpenAccess::Path => flags & (OpenFlags::PATH | OpenFlags::DIRECTORY | OpenFlags::NOFOLLOW),
            _ => flags,
        };
        if flags.contains(OpenFlags::TMPFILE) {
            return self.open_unnamed(ctx, at, flags, mode);
        }
        if flags.contains(OpenFlags::CREAT | OpenFlags::DIRECTORY) {
            return Err(Errno::EINVAL);
        }
        let (ino, created) = match self.open_target(ctx, at, flags)? {
            OpenTarget::Found { ino, slash } => {
                (self.open_existing(ctx, self.current(ino), slash, access, flags)?, false)
            }
            OpenTarget::Missing { dir, name } => {
                let node = self.new_file();
                (self.create(ctx, dir, name, mode & PERMISSION_BITS & !ctx.umask, node)?, true)
            }
        };
        self.retain(ino)?;
        Ok(OpenInode { ino, kind: self.kind(ino)?, created })
    }

    /// Makes an empty regular file.
    pub(super) fn new_file(&mut self) -> Node {
        let version = self.new_version();
        Node::Regular(FileData::new(Content::EMPTY, true, version))
    }

    /// Walks the path, and also through dangling links if the call may create a file at their end.
    fn open_target(&self, ctx: &Context, at: At<'_>, flags: OpenFlags) -> Result<OpenTarget, Errno> {
        let creates = flags.contains(OpenFlags::CREAT);
        let exclusive = creates && flags.contains(OpenFlags::EXCL);
        let follows = !exclusive && !flags.contains(OpenFlags::NOFOLLOW);
        let mut walker = Walker::new(self, ctx, at)?;
        loop {
            let last = walker.advance()?;
            let slash = walker.slash;
            let Last::Name(name) = last else {
                return Ok(OpenTarget::Found { ino: walker.dots(&last)?, slash: true });
            };
            if creates && slash {
                return Err(Errno::EISDIR);
            }
            match walker.lookup(&name)? {
                Some(ino) if (follows || slash) && walker.follow(ino)? => {}
                Some(ino) => return Ok(OpenTarget::Found { ino, slash }),
                None if creates => {
                    return Ok(OpenTarget::Missing { dir: walker.dir, name: Name::from(&*name) });
                }
                None => return Err(Errno::ENOENT),
            }
        }
    }

    fn open_existing(
        &mut self,
        ctx: &Context,
        ino: Ino,
        slash: bool,
        access: OpenAccess,
        flags: OpenFlags,
    ) -> Result<Ino, Errno> {
        let kind = self.kind(ino)?.file_type();
        let truncates = flags.contains(OpenFlags::TRUNC);
        if flags.contains(OpenFlags::CREAT) {
            if flags.contains(OpenFlags::EXCL) {
                return Err(Errno::EEXIST);
            }
            if kind == FileType::Directory {
                return Err(Errno::EISDIR);
            }
        }
        if (slash || flags.contains(OpenFlags::DIRECTORY)) && kind != FileType::Directory {
            return Err(Errno::ENOTDIR);
        }
        if access == OpenAccess::Path {
            if self.is_host(ino) && kind == FileType::Regular {
                // The file itself, whatever takes its place; at least the path where it cannot be read.
                return Ok(self.host_open(ctx, ino, OpenAccess::Read, OpenFlags::empty()).unwrap_or(ino));
            }
            return Ok(ino);
        }
        if kind == FileType::Symlink {
            return Err(Errno::ELOOP);
        }
        if kind == FileType::Directory && (access.writable() || truncates) {
            return Err(Errno::EISDIR);
        }
        if self.is_host(ino) {
            return self.host_open(ctx, ino, access, flags);
        }
        let inode = self.inode(ino)?;
        let mut wanted = AccessMode::empty();
        wanted.set(AccessMode::READ, access.readable());
        wanted.set(AccessMode::WRITE, access.writable() || truncates);
        if !inode.allows(ctx.cred, wanted) {
            return Err(Errno::EACCES);
        }
        if flags.contains(OpenFlags::NOATIME) && !inode.owned_by(ctx.cred) {
            return Err(Errno::EPERM);
        }
        if truncates && kind == FileType::Regular {
            self.truncate(ctx, ino, 0)?;
        }
        Ok(ino)
    }

    /// Opens a file without a name, for `O_TMPFILE`.
    /// Makes a file without a name that has this content, which does not count against the quota. The inode is retained.
    ///
    /// # Errors
    /// `ENOSPC` at the quota of inodes.
    pub fn add_unnamed(&mut self, ctx: &Context, content: Content, mode: u32) -> Result<Ino, Errno> {
        let version = self.new_version();
        let ino = self.add(Inode::new(ctx, mode, Node::Regular(FileData::new(content, false, version))))?;
        self.retain(ino)?;
        Ok(ino)
    }

    fn open_unnamed(&mut self, ctx: &Context, at: At<'_>, flags: OpenFlags, mode: u32) -> Result<OpenInode, Errno> {
        let writable = flags.access().is_some_and(OpenAccess::writable);
        if !writable || !flags.contains(OpenFlags::DIRECTORY) || flags.contains(OpenFlags::CREAT) {
            return Err(Errno::EINVAL);
        }
        let dir = self.resolve(ctx, at, Follow::Yes)?;
        if self.kind(dir)? != NodeKind::Directory {
            return Err(Errno::ENOTDIR);
        }
        let Place::Inside(dir) = self.place(ctx, dir)? else { return Err(Errno::ENOTSUP) };
        self.may_create(ctx, dir)?;
        let node = self.new_file();
        let inode = self.new_inode(ctx, dir, mode & PERMISSION_BITS & !ctx.umask, node)?;
        let ino = self.add(inode)?;
        self.retain(ino)?;
        Ok(OpenInode { ino, kind: NodeKind::Regular, created: true })
    }
}
