//! The walk from a path to an inode.

use super::inode::Node;
use super::{At, Context, Follow, Ino, NodeKind, Vfs};
use crate::abi::{AccessMode, Errno};
use std::ops::Range;
use std::sync::Arc;

/// Longest name in bytes.
pub const NAME_MAX: usize = 255;
/// Longest path in bytes, counting the final NUL of a C string, so 4095 without it.
pub const PATH_MAX: usize = 4096;
/// The most symbolic links that one walk follows.
pub const SYMLINKS_MAX: u32 = 40;

/// The path of the call, or the target of a link on the way.
#[derive(Clone)]
enum Text<'p> {
    Path(&'p [u8]),
    Link(Arc<[u8]>),
    /// The target of a link in a mount, which must not leave the mount's root.
    HostLink(Arc<[u8]>, Ino),
}

impl Text<'_> {
    fn bytes(&self) -> &[u8] {
        match self {
            Text::Path(bytes) => bytes,
            Text::Link(bytes) | Text::HostLink(bytes, _) => bytes,
        }
    }
}

/// A text, and the position of the walk in it.
struct WalkFrame<'p> {
    text: Text<'p>,
    position: usize,
}

impl WalkFrame<'_> {
    fn rest(&self) -> &[u8] {
        &self.text.bytes()[self.position..]
    }
}

/// The name of an entry, as a part of the path or link that contains it.
pub(super) struct NameRef<'p> {
    text: Text<'p>,
    range: Range<usize>,
}

impl NameRef<'_> {
    /// Whether it is `..` in the link of a mount, and would leave the mount from this directory.
    fn leaves(&self, dir: Ino) -> bool {
        &**self == b".." && matches!(self.text, Text::HostLink(_, root) if root == dir)
    }
}

impl std::ops::Deref for NameRef<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.text.bytes()[self.range.clone()]
    }
}

/// The last component of a path.
pub(super) enum Last<'p> {
    /// None: the path is `/`.
    Root,
    /// `.`
    Dot,
    /// `..`
    DotDot,
    /// A name.
    Name(NameRef<'p>),
}

/// A walk that stops before each possible last component, so that each call can treat that component in its own way.
pub(super) struct Walker<'v, 'p> {
    vfs: &'v Vfs,
    ctx: &'p Context,
    /// The present directory of the walk.
    pub(super) dir: Ino,
    /// The rest of the walk, with the innermost link last.
    frames: Vec<WalkFrame<'p>>,
    links: u32,
    /// Whether a slash follows the last component.
    pub(super) slash: bool,
}

impl<'v, 'p> Walker<'v, 'p> {
    /// Starts a walk.
    ///
    /// # Errors
    /// `ENOENT` for an empty path; `ENAMETOOLONG` for a path of [`PATH_MAX`] bytes or more.
    pub(super) fn new(vfs: &'v Vfs, ctx: &'p Context, at: At<'p>) -> Result<Walker<'v, 'p>, Errno> {
        let first = at.path.first().ok_or(Errno::ENOENT)?;
        if at.path.len() >= PATH_MAX {
            return Err(Errno::ENAMETOOLONG);
        }
        let dir = if *first == b'/' { Ino::ROOT } else { vfs.current(at.dir) };
        let frames = vec![WalkFrame { text: Text::Path(at.path), position: 0 }];
        Ok(Walker { vfs, ctx, dir, frames, links: 0, slash: false })
    }

    /// Continues the walk to the last component; `dir` is then the directory for its look-up.
    ///
    /// # Errors
    /// At each component: `ENOTDIR` outside a directory, `EACCES` without search permission, `ENAMETOOLONG` for a name
    /// over [`NAME_MAX`], `ENOENT` for a missing entry, `ELOOP` for more than [`SYMLINKS_MAX`] links.
    pub(super) fn advance(&mut self) -> Result<Last<'p>, Errno> {
        loop {
            let Some(name) = self.component() else {
                return Ok(Last::Root);
            };
            self.check_directory()?;
            if name.leaves(self.dir) {
                return Err(Errno::EACCES);
            }
            // Innermost first: the check ends at the first frame that has names, for any number of slashes further out.
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
                b".." => self.dir = self.vfs.current(self.vfs.parent(self.dir)?),
                name => {
                    let ino = self.lookup(name)?.ok_or(Errno::ENOENT)?;
                    if !self.follow(ino)? {
                        self.dir = self.vfs.current(ino);
                    }
                }
            }
        }
    }

    /// Checks that the present directory is one, and that the caller may search it.
    fn check_directory(&self) -> Result<(), Errno> {
        if self.vfs.is_host(self.dir) {
            // The host checks permissions when it looks up the entry.
            let is_directory = self.vfs.kind(self.dir).map_err(|_| Errno::ENOENT)? == NodeKind::Directory;
            return if is_directory { Ok(()) } else { Err(Errno::ENOTDIR) };
        }
        // A removed directory's parent may no longer exist.
        let directory = self.vfs.inode(self.dir).map_err(|_| Errno::ENOENT)?;
        directory.directory()?;
        if directory.allows(self.ctx.cred, AccessMode::EXECUTE) { Ok(()) } else { Err(Errno::EACCES) }
    }

    /// Takes the next component from the rest of the walk.
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

    /// Looks up an entry of the present directory.
    ///
    /// # Errors
    /// `ENOENT` if the directory was removed; `ENAMETOOLONG`.
    pub(super) fn lookup(&self, name: &[u8]) -> Result<Option<Ino>, Errno> {
        self.vfs.entry(self.dir, name)
    }

    /// Continues with the target if the inode is a symbolic link; returns whether it is one.
    ///
    /// # Errors
    /// `ELOOP` for too many links.
    pub(super) fn follow(&mut self, ino: Ino) -> Result<bool, Errno> {
        let text = if self.vfs.is_host(ino) {
            if self.vfs.kind(ino)? != NodeKind::Symlink {
                return Ok(false);
            }
            let (target, root) = self.vfs.host_target(ino)?;
            Text::HostLink(target, root)
        } else {
            match &self.vfs.inode(ino)?.node {
                Node::Symlink(target) => Text::Link(target.clone()),
                _ => return Ok(false),
            }
        };
        self.links += 1;
        if self.links > SYMLINKS_MAX {
            return Err(Errno::ELOOP);
        }
        if text.bytes().first() == Some(&b'/') {
            self.dir = Ino::ROOT;
        }
        self.frames.push(WalkFrame { text, position: 0 });
        Ok(true)
    }

    /// Returns the inode of a last component that is no name.
    ///
    /// # Errors
    /// `ENOENT` if the parent of a removed directory no longer exists.
    pub(super) fn dots(&self, last: &Last<'_>) -> Result<Ino, Errno> {
        let ino = match last {
            Last::DotDot => self.vfs.parent(self.dir)?,
            _ => self.dir,
        };
        self.vfs.kind(ino).map(|_| ino).map_err(|_| Errno::ENOENT)
    }
}

impl Vfs {
    /// Returns the inode that a path leads to.
    ///
    /// # Errors
    /// - `ENOENT` for an empty path, `ENAMETOOLONG` for a path that is too long.
    /// - At each component: `ENOTDIR` outside a directory, `EACCES` without search permission, `ENAMETOOLONG` for a
    ///   name that is too long, `ENOENT` for a missing entry, `ELOOP` for too many links.
    /// - `ENOTDIR` if a slash follows a name that is no directory.
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
            if walker.slash && self.kind(ino)? != NodeKind::Directory {
                return Err(Errno::ENOTDIR);
            }
            return Ok(ino);
        }
    }

    /// Returns the inode of a directory for use as the working directory.
    ///
    /// # Errors
    /// Those of [`Vfs::resolve`]; `ENOTDIR` if it is no directory; `EACCES` without search permission.
    pub fn resolve_directory(&self, ctx: &Context, at: At<'_>) -> Result<Ino, Errno> {
        let ino = self.resolve(ctx, at, Follow::Yes)?;
        if self.kind(ino)? != NodeKind::Directory {
            return Err(Errno::ENOTDIR);
        }
        self.access(ctx, ino, AccessMode::EXECUTE)?;
        Ok(ino)
    }

    /// Returns the absolute path of a directory.
    ///
    /// # Errors
    /// `EBADF` if the inode does not exist; `ENOTDIR` if it is no directory; `ENOENT` if it was removed; `ENAMETOOLONG`
    /// if its path reaches [`PATH_MAX`].
    pub fn path_of(&self, dir: Ino) -> Result<Vec<u8>, Errno> {
        if dir == Ino::ROOT {
            return Ok(b"/".to_vec());
        }
        let dir = self.current(dir);
        if self.kind(dir)? != NodeKind::Directory {
            return Err(Errno::ENOTDIR);
        }
        let mut names = Vec::new();
        let mut length = 0;
        let mut at = dir;
        while at != Ino::ROOT {
            if self.is_host(at) {
                let (dir, name, path) = self.host_place(at)?;
                if !path.is_empty() {
                    length += path.len() + 1;
                    names.push(path);
                }
                length += name.len() + 1;
                names.push(name);
                at = dir;
            } else {
                let link = self.inode(at)?.links.first().ok_or(Errno::ENOENT)?;
                length += link.name.len() + 1;
                names.push(link.name.clone());
                at = link.dir;
            }
            if length >= PATH_MAX {
                return Err(Errno::ENAMETOOLONG);
            }
        }
        let mut path = Vec::with_capacity(length);
        for name in names.iter().rev() {
            path.push(b'/');
            path.extend_from_slice(name);
        }
        Ok(path)
    }

    /// Returns one of the absolute paths of an inode.
    ///
    /// # Errors
    /// `EBADF` if the inode does not exist; `ENOENT` if it has no name; `ENAMETOOLONG` if its path reaches
    /// [`PATH_MAX`].
    pub fn name_of(&self, ino: Ino) -> Result<Vec<u8>, Errno> {
        let ino = self.current(ino);
        if self.kind(ino)? == NodeKind::Directory {
            return self.path_of(ino);
        }
        let (dir, name) = if self.is_host(ino) {
            let (dir, mut name, path) = self.host_place(ino)?;
            if !path.is_empty() {
                name = [&name, b"/".as_slice(), &path].concat().into();
            }
            (dir, name)
        } else {
            let link = self.inode(ino)?.links.first().ok_or(Errno::ENOENT)?;
            (link.dir, link.name.clone())
        };
        let mut path = self.path_of(dir)?;
        if path.last() != Some(&b'/') {
            path.push(b'/');
        }
        path.extend_from_slice(&name);
        if path.len() >= PATH_MAX { Err(Errno::ENAMETOOLONG) } else { Ok(path) }
    }
}
