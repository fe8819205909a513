//! The host's own access to files: past permissions, within quotas.
//!
//! Paths are absolute or start at the root all the same; `.`, `..` and NUL bytes are refused. Links to directories
//! on the way are followed as the guest's own calls would (all of it is memory, so none leads out), loops are
//! `ELOOP`.

use super::directory::Name;
use super::file::FileData;
use super::inode::{Inode, Node};
use super::walk::PATH_MAX;
use super::{At, Content, Context, Credentials, Follow, Ino, Vfs};
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
    /// The last change of its content.
    pub mtime: Timespec,
}

impl Vfs {
    /// Puts a regular file at a path, without copying its content; missing directories are made. What is made belongs
    /// to the context's user, with its umask. An existing file keeps its owner, mode and names; a symbolic link is
    /// replaced, not written through.
    ///
    /// Errors: `ENOENT` empty path; `EINVAL` a path with `.`, `..` or a NUL byte, or a device; those of
    /// [`Vfs::resolve`]; `EISDIR` a directory, or a slash at the end; `EFBIG`, `ENOSPC` quotas (directories made so
    /// far stay).
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
        let version = self.new_version();
        let node = Node::Regular(FileData::new(content, true, version));
        let ino = self.add(Inode::new(ctx, 0o666 & !ctx.umask, node))?;
        self.attach(ctx.now, dir, Name::from(name), ino)?;
        Ok(ino)
    }

    /// Makes a directory and those above it, where they are missing, for the context's user.
    ///
    /// Errors: as for [`Vfs::host_write`]; `ENOTDIR` a file in the way, `EEXIST` a link without a target.
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
                    self.update(made, |inode| (inode.uid, inode.gid) = (ctx.cred.uid, ctx.cred.gid))?;
                    made
                }
                found => found?,
            };
        }
        Ok(dir)
    }

    /// All bytes of a regular file, shared rather than copied where that is possible. Follows links.
    ///
    /// Errors: `ENOENT` empty path; `EINVAL` a path with `.`, `..` or a NUL byte, or no regular file; those of
    /// [`Vfs::resolve`]; `EISDIR` a directory; `EIO` the layer's source failed; `ENOMEM`.
    pub fn host_read(&self, path: &[u8]) -> Result<Content, Errno> {
        let ino = self.host_resolve(path)?;
        self.inode(ino)?.file()?.content()
    }

    /// All bytes of a regular file, as [`Vfs::host_read`] gives them, and whether they are those that a layer came
    /// with: nobody in the sandbox has written to them.
    ///
    /// Errors: `EBADF` no such inode, `EISDIR`, `EINVAL` no regular file; `EIO` the layer's source failed; `ENOMEM`.
    pub fn original(&self, ino: Ino) -> Result<(Content, bool), Errno> {
        let file = self.inode(ino)?.file()?;
        Ok((file.content()?, !file.counted))
    }

    fn host_resolve(&self, path: &[u8]) -> Result<Ino, Errno> {
        check(path)?;
        let root = Context::root(Timespec::default());
        self.resolve(&root, At::root(path), Follow::Yes)
    }

    /// Removes a file, a link, or a directory with all that is in it.
    ///
    /// Errors: `ENOENT` empty path; `EINVAL` a path with `.`, `..` or a NUL byte; those of [`Vfs::resolve`];
    /// `EBUSY` the root.
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
            match &self.inode(ino)?.node {
                Node::Directory(directory) if !directory.is_empty() => {
                    // The directory comes up again when it has become empty.
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

    /// All regular files at or below a path, sorted. Links below it are neither listed nor followed; paths of
    /// [`PATH_MAX`] bytes or more are left out.
    ///
    /// Errors: `ENOENT` empty path; `EINVAL` a path with `.`, `..` or a NUL byte; those of [`Vfs::resolve`].
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

/// The same time and umask for root.
fn as_root(ctx: &Context) -> Context {
    Context { cred: Credentials::ROOT, ..*ctx }
}

/// Refuses paths that the host's callers must not use.
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

/// Splits a path into the directory's and the file's name.
fn split(path: &[u8]) -> Result<(&[u8], &[u8]), Errno> {
    check(path)?;
    let start = path.iter().rposition(|&byte| byte == b'/').map_or(0, |slash| slash + 1);
    match &path[start..] {
        [] => Err(Errno::EISDIR),
        name => Ok((&path[..start], name)),
    }
}
