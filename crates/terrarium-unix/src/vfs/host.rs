//! The host's own access to files: without permission checks, within quotas.
//!
//! All paths start at the root, with or without a leading slash; `.`, `..` and NUL bytes are refused. Links to
//! directories are followed as in the guest's own calls: everything is in memory, so no link leads out. Loops are
//! `ELOOP`.

use super::directory::Name;
use super::file::FileData;
use super::inode::{Inode, Node};
use super::mounts::{LIBRARY_BOUND, Place, WHOLE_BOUND};
use super::walk::PATH_MAX;
use super::{At, Content, Context, Credentials, Follow, Ino, NodeKind, Vfs};
use crate::abi::{Errno, Timespec};

/// A regular file in a listing for the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostEntry {
    /// Its absolute path.
    pub path: Vec<u8>,
    /// Its length in bytes.
    pub size: u64,
    /// Its permission bits.
    pub mode: u32,
    /// The time of the last change of its content.
    pub mtime: Timespec,
}

impl Vfs {
    /// Puts a regular file at a path, without copying its content, and makes missing directories. New inodes belong to
    /// the context's user, with its umask. An existing file keeps its owner, mode and names; a symbolic link is
    /// replaced, not written through.
    ///
    /// # Errors
    /// `ENOENT` for an empty path; `EINVAL` for a path with `.`, `..` or a NUL byte, or for a device; those of
    /// [`Vfs::resolve`]; `EISDIR` for a directory, or a slash at the end; `EFBIG` or `ENOSPC` at a quota (directories
    /// made so far remain).
    pub fn host_write(&mut self, ctx: &Context, path: &[u8], content: impl Into<Content>) -> Result<Ino, Errno> {
        let content = content.into();
        let (way, name) = split(path)?;
        if content.len() > self.limits.max_file_size() {
            return Err(Errno::EFBIG);
        }
        let dir = self.host_directory(ctx, way)?;
        let found = self.resolve(&as_root(ctx), At { dir, path: name }, Follow::No);
        let ino = match found {
            Ok(ino) => ino,
            Err(Errno::ENOENT) => return self.host_create(ctx, dir, name, content),
            Err(errno) => return Err(errno),
        };
        let ino = self.current(ino);
        if self.is_host(ino) {
            return self.host_replace(ctx, dir, name, ino, content);
        }
        match &self.inode(ino)?.node {
            Node::Directory(_) => return Err(Errno::EISDIR),
            Node::CharDevice(_) => return Err(Errno::EINVAL),
            Node::Symlink(_) => {
                self.admit(content.len(), 0)?;
                self.detach(ctx.now, dir, name, ino)?;
                return self.host_create(ctx, dir, name, content);
            }
            Node::Regular(file) => {
                let charged = if file.counted { file.size() } else { 0 };
                self.admit(content.len().saturating_sub(charged), 0)?;
            }
        }
        let version = self.new_version();
        self.update(ino, |inode| {
            inode.touch(ctx.now);
            inode.node = Node::Regular(FileData::new(content, true, version));
        })?;
        Ok(ino)
    }

    fn host_create(&mut self, ctx: &Context, dir: Ino, name: &[u8], content: Content) -> Result<Ino, Errno> {
        let Place::Inside(dir) = self.place(ctx, dir)? else { return Err(Errno::EROFS) };
        let version = self.new_version();
        let node = Node::Regular(FileData::new(content, true, version));
        let ino = self.add(Inode::new(ctx, 0o666 & !ctx.umask, node))?;
        self.attach(ctx.now, dir, Name::from(name), ino)?;
        Ok(ino)
    }

    /// Puts a file in place of one of the host's, which an overlay permits.
    fn host_replace(&mut self, ctx: &Context, dir: Ino, name: &[u8], ino: Ino, content: Content) -> Result<Ino, Errno> {
        if self.kind(ino)? == NodeKind::Directory {
            return Err(Errno::EISDIR);
        }
        let Place::Inside(dir) = self.place(ctx, dir)? else { return Err(Errno::EROFS) };
        if self.is_mount(ino) {
            return Err(Errno::EBUSY);
        }
        self.admit(content.len(), 1)?;
        self.detach(ctx.now, dir, name, ino)?;
        self.host_create(ctx, dir, name, content)
    }

    /// Makes a directory and the missing ones above it for the context's user.
    ///
    /// # Errors
    /// As for [`Vfs::host_write`]; `ENOTDIR` if a file is in the way; `EEXIST` for a link without a target.
    pub fn host_mkdir(&mut self, ctx: &Context, path: &[u8]) -> Result<Ino, Errno> {
        check(path)?;
        self.host_directory(ctx, path)
    }

    fn host_directory(&mut self, ctx: &Context, way: &[u8]) -> Result<Ino, Errno> {
        let root = as_root(ctx);
        let mut dir = Ino::ROOT;
        for name in way.split(|&byte| byte == b'/').filter(|name| !name.is_empty()) {
            dir = match self.resolve_directory(&root, At { dir, path: name }) {
                Err(Errno::ENOENT) => {
                    let made = self.mkdir(&root, At { dir, path: name }, 0o777)?;
                    if !self.is_host(made) {
                        self.update(made, |inode| (inode.uid, inode.gid) = (ctx.cred.uid, ctx.cred.gid))?;
                    }
                    made
                }
                found => found?,
            };
        }
        Ok(dir)
    }

    /// Returns all bytes of a regular file, shared rather than copied where possible. Follows links.
    ///
    /// # Errors
    /// `ENOENT` for an empty path; `EINVAL` for a path with `.`, `..` or a NUL byte, or if it is no regular file; those
    /// of [`Vfs::resolve`]; `EISDIR` for a directory; `EIO` if the layer's source failed; `ENOMEM`.
    pub fn host_read(&self, path: &[u8]) -> Result<Content, Errno> {
        let ino = self.current(self.host_resolve(path)?);
        if self.is_host(ino) { self.host_content(ino, WHOLE_BOUND) } else { self.inode(ino)?.file()?.content() }
    }

    /// Returns all bytes of a regular file, as [`Vfs::host_read`] does, and whether they are a layer's original bytes:
    /// no code in the sandbox has written to them.
    ///
    /// # Errors
    /// `EBADF` if the inode does not exist; `EISDIR` for a directory; `EINVAL` if it is no regular file; `EIO` if the
    /// layer's source failed; `ENOMEM`; `EFBIG` for a file of a mount with more than 64 MiB.
    pub fn original(&self, ino: Ino) -> Result<(Content, bool), Errno> {
        let ino = self.current(ino);
        if self.is_host(ino) {
            return Ok((self.host_content(ino, LIBRARY_BOUND)?, false));
        }
        let file = self.inode(ino)?.file()?;
        Ok((file.content()?, !file.counted))
    }

    fn host_resolve(&self, path: &[u8]) -> Result<Ino, Errno> {
        check(path)?;
        let root = Context::root(Timespec::default());
        self.resolve(&root, At::root(path), Follow::Yes)
    }

    /// Removes a file, a link, or a directory with its content.
    ///
    /// # Errors
    /// `ENOENT` for an empty path; `EINVAL` for a path with `.`, `..` or a NUL byte; those of [`Vfs::resolve`]; `EBUSY`
    /// for the root.
    pub fn host_remove(&mut self, ctx: &Context, path: &[u8]) -> Result<(), Errno> {
        check(path)?;
        let end = path.iter().rposition(|&byte| byte != b'/').map_or(0, |last| last + 1);
        if end == 0 {
            return Err(Errno::EBUSY);
        }
        let ino = self.resolve(&as_root(ctx), At::root(&path[..end]), Follow::No)?;
        let start = path[..end].iter().rposition(|&byte| byte == b'/').map_or(0, |slash| slash + 1);
        let above = if start == 0 { b"/" } else { &path[..start] };
        let dir = self.resolve_directory(&as_root(ctx), At::root(above))?;
        let mut todo = vec![(dir, Name::from(&path[start..end]), ino)];
        while let Some((dir, name, ino)) = todo.pop() {
            if self.is_host(ino) || self.is_host(dir) {
                self.host_discard(ctx, dir, &name, ino)?;
                continue;
            }
            match &self.inode(ino)?.node {
                Node::Directory(directory) if !directory.is_empty() => {
                    // The directory is visited again when it is empty.
                    let children: Vec<_> =
                        directory.iter().map(|(child, entry)| (ino, child.clone(), entry.ino)).collect();
                    todo.push((dir, name, ino));
                    todo.extend(children);
                }
                _ => self.detach(ctx.now, dir, &name, ino)?,
            }
        }
        Ok(())
    }

    /// Removes a file of a mount, as the guest would; a folder only if it is empty.
    fn host_discard(&mut self, ctx: &Context, dir: Ino, name: &[u8], ino: Ino) -> Result<(), Errno> {
        let (root, at) = (as_root(ctx), At { dir, path: name });
        if self.kind(ino)? == NodeKind::Directory { self.rmdir(&root, at) } else { self.unlink(&root, at) }
    }

    /// Lists all regular files at or below a path, sorted. Links below it are neither listed nor followed; paths of
    /// [`PATH_MAX`] bytes or more are left out, and so are files that are the host's.
    ///
    /// # Errors
    /// `ENOENT` for an empty path; `EINVAL` for a path with `.`, `..` or a NUL byte; those of [`Vfs::resolve`].
    pub fn host_list(&self, path: &[u8]) -> Result<Vec<HostEntry>, Errno> {
        let mut listing = Vec::new();
        let root = self.host_resolve(path)?;
        let mut start = Vec::new();
        for name in path.split(|&byte| byte == b'/').filter(|name| !name.is_empty()) {
            start.push(b'/');
            start.extend_from_slice(name);
        }
        let mut todo = vec![(start, root)];
        while let Some((path, ino)) = todo.pop() {
            if self.is_host(ino) {
                continue;
            }
            let inode = self.inode(ino)?;
            match &inode.node {
                Node::Regular(file) => {
                    listing.push(HostEntry { path, size: file.size(), mode: inode.mode, mtime: inode.mtime });
                }
                Node::Directory(directory) => todo.extend(directory.iter().filter_map(|(name, entry)| {
                    let fits = path.len() + 1 + name.len() < PATH_MAX;
                    fits.then(|| ([path.as_slice(), b"/", name].concat(), entry.ino))
                })),
                Node::Symlink(_) | Node::CharDevice(_) => {}
            }
        }
        listing.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(listing)
    }
}

/// Returns a context of root with the time and umask of another.
fn as_root(ctx: &Context) -> Context {
    Context { cred: Credentials::ROOT, ..*ctx }
}

/// Refuses paths that the host must not use.
fn check(path: &[u8]) -> Result<(), Errno> {
    if path.is_empty() {
        return Err(Errno::ENOENT);
    }
    if path.len() >= PATH_MAX {
        return Err(Errno::ENAMETOOLONG);
    }
    if path.contains(&0) || path.split(|&byte| byte == b'/').any(|name| name == b"." || name == b"..") {
        return Err(Errno::EINVAL);
    }
    Ok(())
}

/// Splits a path into the path of the directory and the name of the file.
fn split(path: &[u8]) -> Result<(&[u8], &[u8]), Errno> {
    check(path)?;
    let start = path.iter().rposition(|&byte| byte == b'/').map_or(0, |slash| slash + 1);
    match &path[start..] {
        [] => Err(Errno::EISDIR),
        name => Ok((&path[..start], name)),
    }
}
