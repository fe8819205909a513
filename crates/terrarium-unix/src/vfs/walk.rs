//! From a path to an inode.

use super::inode::Node;
use super::{At, Context, Follow, Ino, Vfs};
use crate::abi::{AccessMode, Errno, FileType};
use std::ops::Range;
use std::sync::Arc;

/// Longest name in bytes.
pub const NAME_MAX: usize = 255;
/// Longest path in bytes, counting the final NUL of a C string, so 4095 without it.
pub const PATH_MAX: usize = 4096;
/// How many symbolic links one walk follows.
pub const SYMLINKS_MAX: u32 = 40;

/// The path of the call, or the target of a link on the way.
#[derive(Clone)]
enum Text<'p> {
    Path(&'p [u8]),
    Link(Arc<[u8]>),
}

impl Text<'_> {
    fn bytes(&self) -> &[u8] {
        match self {
            Text::Path(bytes) => bytes,
            Text::Link(bytes) => bytes,
        }
    }
}

/// A text and how far it was walked.
struct Frame<'p> {
    text: Text<'p>,
    position: usize,
}

impl Frame<'_> {
    fn rest(&self) -> &[u8] {
        &self.text.bytes()[self.position..]
    }
}

/// The name of an entry, kept in the path or link it stands in.
pub(super) struct NameRef<'p> {
    text: Text<'p>,
    range: Range<usize>,
}

impl std::ops::Deref for NameRef<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.text.bytes()[self.range.clone()]
    }
}

/// The last component of a path.
pub(super) enum Last<'p> {
    /// There is none: the path is `/`.
    Root,
    /// `.`
    Dot,
    /// `..`
    DotDot,
    /// A name.
    Name(NameRef<'p>),
}

/// A walk that stops before each possible last component, so that each call can treat that in its own way.
pub(super) struct Walker<'v, 'p> {
    vfs: &'v Vfs,
    ctx: &'p Context,
    /// Where the walk has come to.
    pub(super) dir: Ino,
    /// What is left to walk: the innermost link last.
    frames: Vec<Frame<'p>>,
    links: u32,
    /// Whether a slash follows the last component.
    pub(super) slash: bool,
}

impl<'v, 'p> Walker<'v, 'p> {
    /// Errors: `ENOENT` empty path, `ENAMETOOLONG` path of [`PATH_MAX`] bytes or more.
    pub(super) fn new(vfs: &'v Vfs, ctx: &'p Context, at: At<'p>) -> Result<Walker<'v, 'p>, Errno> {
        let first = at.path.first().ok_or(Errno::ENOENT)?;
        if at.path.len() >= PATH_MAX {
            return Err(Errno::ENAMETOOLONG);
        }
        let dir = if *first == b'/' { Ino::ROOT } else { at.dir };
        let frames = vec![Frame { text: Text::Path(at.path), position: 0 }];
        Ok(Walker { vfs, ctx, dir, frames, links: 0, slash: false })
    }

    /// Walks on to the last component; `dir` is then the directory to look it up in.
    ///
    /// Errors, at each component: `ENOTDIR` not in a directory, `EACCES` no search permission, `ENAMETOOLONG` name
    /// over [`NAME_MAX`], `ENOENT` no such entry, `ELOOP` more than [`SYMLINKS_MAX`] links.
    pub(super) fn advance(&mut self) -> Result<Last<'p>, Errno> {
        loop {
            let Some(name) = self.component() else {
                return Ok(Last::Root);
            };
            // A removed directory's parent may be gone for good.
            let directory = self.vfs.inode(self.dir).map_err(|_| Errno::ENOENT)?;
            let entries = directory.directory()?;
            if !directory.allows(self.ctx.cred, AccessMode::EXECUTE) {
                return Err(Errno::EACCES);
            }
            // Innermost first: it answers at once as long as it has names, whatever slashes wait further out.
            if self.frames.iter().rev().all(|frame| frame.rest().iter().all(|&byte| byte == b'/')) {
                self.slash = self.frames.iter().any(|frame| !frame.rest().is_empty());
                return Ok(match &*name {
                    b"." => Last::Dot,
                    b".." => Last::DotDot,
                    _ => Last::Name(name),
                });
            }
            match &*name {
                b"." => {}
                b".." => self.dir = entries.parent,
                name => {
                    let ino = self.lookup(name)?.ok_or(Errno::ENOENT)?;
                    if !self.follow(ino)? {
                        self.dir = ino;
                    }
                }
            }
        }
    }

    /// Takes the next component off what is left to walk.
    fn component(&mut self) -> Option<NameRef<'p>> {
        loop {
            let frame = self.frames.last_mut()?;
            let rest = frame.rest();
            let Some(skip) = rest.iter().position(|&byte| byte != b'/') else {
                self.frames.pop();
                continue;
            };
            let length = rest[skip..].iter().position(|&byte| byte == b'/').unwrap_or(rest.len() - skip);
            let start = frame.position + skip;
            frame.position = start + length;
            return Some(NameRef { text: frame.text.clone(), range: start..start + length });
        }
    }

    /// The inode of an entry of the present directory.
    ///
    /// Errors: `ENOENT` the directory was removed, `ENAMETOOLONG`.
    pub(super) fn lookup(&self, name: &[u8]) -> Result<Option<Ino>, Errno> {
        let inode = self.vfs.inode(self.dir)?;
        if inode.links.is_empty() && self.dir != Ino::ROOT {
            return Err(Errno::ENOENT);
        }
        if name.len() > NAME_MAX {
            return Err(Errno::ENAMETOOLONG);
        }
        Ok(inode.directory()?.get(name).map(|entry| entry.ino))
    }

    /// Goes on with the target if the inode is a symbolic link; says whether it is.
    ///
    /// Errors: `ELOOP`.
    pub(super) fn follow(&mut self, ino: Ino) -> Result<bool, Errno> {
        let Node::Symlink(target) = &self.vfs.inode(ino)?.node else {
            return Ok(false);
        };
        self.links += 1;
        if self.links > SYMLINKS_MAX {
            return Err(Errno::ELOOP);
        }
        if target.first() == Some(&b'/') {
            self.dir = Ino::ROOT;
        }
        self.frames.push(Frame { text: Text::Link(target.clone()), position: 0 });
        Ok(true)
    }

    /// The inode of a last component that is no name.
    ///
    /// Errors: `ENOENT` the parent of a removed directory is gone for good.
    pub(super) fn dots(&self, last: &Last<'_>) -> Result<Ino, Errno> {
        let ino = match last {
            Last::DotDot => self.vfs.inode(self.dir)?.directory()?.parent,
            _ => self.dir,
        };
        self.vfs.inode(ino).map(|_| ino).map_err(|_| Errno::ENOENT)
    }
}

impl Vfs {
    /// The inode that a path leads to.
    ///
    /// Errors: `ENOENT` empty path, `ENAMETOOLONG` path too long; at each component `ENOTDIR` not in a directory,
    /// `EACCES` no search permission, `ENAMETOOLONG` name too long, `ENOENT` no such entry, `ELOOP` too many links;
    /// `ENOTDIR` a slash follows what is not a directory.
    pub fn resolve(&self, ctx: &Context, at: At<'_>, follow: Follow) -> Result<Ino, Errno> {
        let mut walker = Walker::new(self, ctx, at)?;
        loop {
            let last = walker.advance()?;
            let ino = match &last {
                Last::Name(name) => walker.lookup(name)?.ok_or(Errno::ENOENT)?,
                _ => walker.dots(&last)?,
            };
            if (follow == Follow::Yes || walker.slash) && walker.follow(ino)? {
                continue;
            }
            if walker.slash && self.inode(ino)?.file_type() != FileType::Directory {
                return Err(Errno::ENOTDIR);
            }
            return Ok(ino);
        }
    }

    /// The inode of a directory that becomes the working directory.
    ///
    /// Errors: those of [`Vfs::resolve`]; `ENOTDIR` it is not a directory; `EACCES` no search permission.
    pub fn resolve_directory(&self, ctx: &Context, at: At<'_>) -> Result<Ino, Errno> {
        let ino = self.resolve(ctx, at, Follow::Yes)?;
        self.inode(ino)?.directory()?;
        self.require(ctx, ino, AccessMode::EXECUTE)?;
        Ok(ino)
    }

    /// The absolute path of a directory.
    ///
    /// Errors: `EBADF` no such inode, `ENOTDIR` not a directory, `ENOENT` it was removed, `ENAMETOOLONG` its path
    /// reaches [`PATH_MAX`].
    pub fn path_of(&self, dir: Ino) -> Result<Vec<u8>, Errno> {
        self.inode(dir)?.directory()?;
        if dir == Ino::ROOT {
            return Ok(b"/".to_vec());
        }
        let mut names = Vec::new();
        let mut length = 0;
        let mut at = dir;
        while at != Ino::ROOT {
            let link = self.inode(at)?.links.first().ok_or(Errno::ENOENT)?;
            length += link.name.len() + 1;
            if length >= PATH_MAX {
                return Err(Errno::ENAMETOOLONG);
            }
            names.push(link.name.clone());
            at = link.dir;
        }
        let mut path = Vec::with_capacity(length);
        for name in names.iter().rev() {
            path.push(b'/');
            path.extend_from_slice(name);
        }
        Ok(path)
    }

    /// One of the absolute paths of an inode.
    ///
    /// Errors: `EBADF` no such inode, `ENOENT` it has no name, `ENAMETOOLONG` its path reaches [`PATH_MAX`].
    pub fn name_of(&self, ino: Ino) -> Result<Vec<u8>, Errno> {
        let inode = self.inode(ino)?;
        if inode.directory().is_ok() {
            return self.path_of(ino);
        }
        let link = inode.links.first().ok_or(Errno::ENOENT)?;
        let mut path = self.path_of(link.dir)?;
        if path.last() != Some(&b'/') {
            path.push(b'/');
        }
        path.extend_from_slice(&link.name);
        if path.len() >= PATH_MAX { Err(Errno::ENAMETOOLONG) } else { Ok(path) }
    }
}
