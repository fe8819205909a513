//! Building a layer from paths.

use super::directory::{Directory, Name};
use super::file::FileData;
use super::inode::{Inode, Link, Node};
use super::walk::{NAME_MAX, PATH_MAX};
use super::{Content, Context, Credentials, DeviceId, Ino, Layer};
use crate::abi::{PERMISSION_BITS, Timespec};
use std::sync::Arc;
use thiserror::Error;

/// The reason why a layer cannot take an entry.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum LayerError {
    /// A layer cannot hold this path.
    #[error("invalid path {path:?} for a layer: {reason}")]
    InvalidPath {
        /// The path.
        path: String,
        /// The reason.
        reason: &'static str,
    },
    /// A component on the way is a file, or a directory would replace a file or a file a directory.
    #[error("cannot put {path:?} into the layer: {at:?} is there already and is {found}")]
    Conflict {
        /// The path.
        path: String,
        /// The path of the existing entry.
        at: String,
        /// The type of the existing entry.
        found: &'static str,
    },
}

/// Collects files, directories and links into a [`Layer`].
///
/// All paths start at the root, with or without a leading slash; missing directories are made. New entries belong to
/// [`Credentials::ROOT`] until [`LayerBuilder::owner`] changes that. A later file replaces an earlier one.
///
/// ```
/// use std::sync::Arc;
/// use terrarium_unix::abi::Timespec;
/// use terrarium_unix::vfs::{At, Context, Follow, LayerBuilder, Vfs, VfsLimits};
///
/// let mut builder = LayerBuilder::unix();
/// builder.add_file(b"/lib/greeting.txt", "Hello", 0o644, Timespec::default()).unwrap();
/// let vfs = Vfs::new(Arc::new(builder.build()), VfsLimits::default());
/// let ctx = Context::guest(Timespec::default());
/// let ino = vfs.resolve(&ctx, At::root(b"/lib/greeting.txt"), Follow::Yes).unwrap();
/// assert_eq!(vfs.stat(ino).unwrap().size, 5);
/// ```
#[derive(Clone, Debug)]
pub struct LayerBuilder {
    inodes: Vec<Arc<Inode>>,
    owner: Credentials,
    /// Whether a file was replaced by another one.
    has_replaced: bool,
}

impl Default for LayerBuilder {
    fn default() -> LayerBuilder {
        LayerBuilder::new()
    }
}

impl LayerBuilder {
    /// Makes a layer with only a root directory, mode 755.
    pub fn new() -> LayerBuilder {
        let ctx = Context::root(Timespec::default());
        let root = Inode::new(&ctx, 0o755, Node::Directory(Directory::new(Ino::ROOT)));
        LayerBuilder { inodes: vec![Arc::new(root)], owner: Credentials::ROOT, has_replaced: false }
    }

    /// Makes a builder that starts with the content of an existing layer, which it shares.
    pub fn on(layer: &Layer) -> LayerBuilder {
        LayerBuilder { inodes: layer.inodes.clone(), owner: Credentials::ROOT, has_replaced: false }
    }

    /// Makes the smallest tree that a guest expects: `/home/earth`, which belongs to the guest, `/tmp`, `/lib`, and the
    /// devices of `/dev`. In `/`, as in `/tmp`, all users may create files (programs like to write to `/data`), but
    /// only the owner may remove or rename a file.
    pub fn unix() -> LayerBuilder {
        let mut builder = LayerBuilder::new();
        let epoch = Timespec::default();
        let mut add = |path: &[u8], mode, owner| {
            builder.owner = owner;
            let ino = builder.directory(path, path, epoch);
            debug_assert!(ino.is_ok());
            if let Ok(ino) = ino {
                let inode = builder.inode_mut(ino);
                (inode.mode, inode.uid, inode.gid) = (mode, owner.uid, owner.gid);
            }
        };
        add(b"/", 0o1777, Credentials::ROOT);
        add(b"/home", 0o755, Credentials::ROOT);
        add(b"/home/earth", 0o755, Credentials::GUEST);
        add(b"/tmp", 0o1777, Credentials::ROOT);
        add(b"/lib", 0o755, Credentials::ROOT);
        add(b"/dev", 0o755, Credentials::ROOT);
        builder.owner = Credentials::ROOT;
        for (name, device) in DeviceId::ALL {
            let added = builder.add_device(format!("/dev/{name}").as_bytes(), *device, 0o666);
            debug_assert!(added.is_ok());
        }
        builder
    }

    /// Sets the owner of the entries added from now on.
    pub fn owner(&mut self, owner: Credentials) -> &mut LayerBuilder {
        self.owner = owner;
        self
    }

    /// Adds a directory with its permission bits and time, and the missing ones above it (mode 755). An existing
    /// directory gets the bits, the time and the owner.
    ///
    /// # Errors
    /// [`LayerError`] for an invalid path, or a file in the way.
    pub fn add_dir(&mut self, path: &[u8], mode: u32, mtime: Timespec) -> Result<(), LayerError> {
        let ino = self.directory(path, path, mtime)?;
        let owner = self.owner;
        let inode = self.inode_mut(ino);
        inode.mode = mode & PERMISSION_BITS;
        (inode.uid, inode.gid) = (owner.uid, owner.gid);
        (inode.atime, inode.mtime, inode.ctime) = (mtime, mtime, mtime);
        Ok(())
    }

    /// Adds a regular file with its permission bits and time.
    ///
    /// # Errors
    /// [`LayerError`] for an invalid path, a file in place of a directory above it, or a directory in its place.
    pub fn add_file(
        &mut self,
        path: &[u8],
        content: impl Into<Content>,
        mode: u32,
        mtime: Timespec,
    ) -> Result<(), LayerError> {
        let file = FileData::new(content.into(), false, 0);
        self.add(path, mode & PERMISSION_BITS, mtime, Node::Regular(file))
    }

    /// Adds a symbolic link. Links are not followed while building.
    ///
    /// # Errors
    /// Those of [`LayerBuilder::add_file`], and a target that is empty or too long.
    pub fn add_symlink(&mut self, path: &[u8], target: &[u8], mtime: Timespec) -> Result<(), LayerError> {
        if target.is_empty() || target.len() >= PATH_MAX {
            return Err(invalid(path, "the link's target must have 1 to 4095 bytes"));
        }
        self.add(path, 0o777, mtime, Node::Symlink(Arc::from(target)))
    }

    /// Adds a character device.
    ///
    /// # Errors
    /// Those of [`LayerBuilder::add_file`].
    pub fn add_device(&mut self, path: &[u8], device: DeviceId, mode: u32) -> Result<(), LayerError> {
        self.add(path, mode & PERMISSION_BITS, Timespec::default(), Node::CharDevice(device))
    }

    /// Adds the content of another layer, with the attributes of its directories. Content is shared, not copied.
    ///
    /// # Errors
    /// [`LayerError`] if a file of one layer is in the place of a directory of the other.
    pub fn merge(&mut self, other: &Layer) -> Result<(), LayerError> {
        // The other layer's inodes that already have a number here: hard links stay links.
        let mut known: Vec<Option<Ino>> = vec![None; other.inodes.len()];
        let mut todo: Vec<(Ino, Vec<u8>)> = vec![(Ino::ROOT, Vec::new())];
        while let Some((dir, path)) = todo.pop() {
            let Some(source) = other.get(dir) else {
                continue;
            };
            let here = self.directory(&path, &path, source.mtime)?;
            copy_attributes(self.inode_mut(here), source);
            let Node::Directory(directory) = &source.node else {
                continue;
            };
            for (name, entry) in directory.iter() {
                let mut path = path.clone();
                path.push(b'/');
                path.extend_from_slice(name);
                let (Some(child), Some(slot)) = (other.get(entry.ino), known.get_mut(entry.ino.0 as usize - 1)) else {
                    continue;
                };
                if let Node::Directory(_) = child.node {
                    todo.push((entry.ino, path));
                } else {
                    *slot = Some(self.put(&path, child, *slot)?);
                }
            }
        }
        Ok(())
    }

    /// Returns the finished layer.
    pub fn build(self) -> Layer {
        if !self.has_replaced {
            return Layer { inodes: self.inodes };
        }
        // Replaced files are still among the inodes; `collect` leaves them out.
        Layer::collect(|ino| self.inodes.get(usize::try_from(ino.0).ok()? - 1).map(Arc::as_ref))
    }

    fn inode_mut(&mut self, ino: Ino) -> &mut Inode {
        // Numbers come from this builder, so they are in range.
        Arc::make_mut(&mut self.inodes[ino.0 as usize - 1])
    }

    fn push(&mut self, inode: Inode) -> Ino {
        self.inodes.push(Arc::new(inode));
        Ino(self.inodes.len() as u64)
    }

    fn add(&mut self, path: &[u8], mode: u32, mtime: Timespec, node: Node) -> Result<(), LayerError> {
        let ctx = Context { cred: self.owner, now: mtime, umask: 0 };
        self.put(path, &Inode::new(&ctx, mode, node), None).map(|_| ())
    }

    /// Puts a copy of an inode, or a link to an existing one, at a path.
    fn put(&mut self, path: &[u8], inode: &Inode, existing: Option<Ino>) -> Result<Ino, LayerError> {
        let end = path.iter().rposition(|&byte| byte != b'/').map_or(0, |last| last + 1);
        let start = path[..end].iter().rposition(|&byte| byte == b'/').map_or(0, |slash| slash + 1);
        let name = checked_name(path, &path[start..end])?;
        let dir = self.directory(path, &path[..start], inode.mtime)?;
        let place = self.inode_mut(dir).directory().ok().and_then(|directory| directory.get(name));
        if let Some(old) = place {
            if self.inode_mut(old.ino).directory().is_ok() {
                return Err(conflict(path, path, "a directory"));
            }
            self.inode_mut(old.ino).unlink(dir, name);
            self.has_replaced = true;
        }
        let ino = existing.unwrap_or_else(|| self.push(Inode { links: Vec::new(), ..inode.clone() }));
        self.enter(dir, Name::from(name), ino);
        Ok(ino)
    }

    fn enter(&mut self, dir: Ino, name: Name, ino: Ino) {
        let inode = self.inode_mut(ino);
        inode.links.push(Link { dir, name: name.clone() });
        let kind = inode.file_type();
        if let Ok(directory) = self.inode_mut(dir).directory_mut() {
            directory.insert(name, ino, kind);
        }
    }

    /// Returns the directory at `way`, and makes missing ones. Errors name `path`.
    fn directory(&mut self, path: &[u8], way: &[u8], mtime: Timespec) -> Result<Ino, LayerError> {
        if path.len() >= PATH_MAX {
            return Err(invalid(path, "it is longer than 4095 bytes"));
        }
        let mut dir = Ino::ROOT;
        let mut position = 0;
        for name in way.split(|&byte| byte == b'/') {
            position += name.len() + 1;
            if name.is_empty() {
                continue;
            }
            let name = checked_name(path, name)?;
            let found = match &self.inodes[dir.0 as usize - 1].node {
                Node::Directory(directory) => directory.get(name),
                _ => None,
            };
            dir = match found {
                None => {
                    let ctx = Context { cred: self.owner, now: mtime, umask: 0 };
                    let ino = self.push(Inode::new(&ctx, 0o755, Node::Directory(Directory::new(dir))));
                    self.enter(dir, Name::from(name), ino);
                    ino
                }
                Some(entry) if self.inode_mut(entry.ino).directory().is_ok() => entry.ino,
                Some(_) => {
                    return Err(conflict(path, &way[..(position - 1).min(way.len())], "not a directory"));
                }
            };
        }
        Ok(dir)
    }
}

fn copy_attributes(to: &mut Inode, from: &Inode) {
    (to.mode, to.uid, to.gid) = (from.mode, from.uid, from.gid);
    (to.atime, to.mtime, to.ctime) = (from.atime, from.mtime, from.ctime);
}

fn checked_name<'n>(path: &[u8], name: &'n [u8]) -> Result<&'n [u8], LayerError> {
    match name {
        b"" => Err(invalid(path, "it names no file")),
        b"." | b".." => Err(invalid(path, "it must not contain `.` or `..`")),
        _ if name.len() > NAME_MAX => Err(invalid(path, "a name in it is longer than 255 bytes")),
        _ if name.contains(&0) => Err(invalid(path, "it must not contain a NUL byte")),
        _ => Ok(name),
    }
}

fn invalid(path: &[u8], reason: &'static str) -> LayerError {
    LayerError::InvalidPath { path: String::from_utf8_lossy(path).into_owned(), reason }
}

fn conflict(path: &[u8], at: &[u8], found: &'static str) -> LayerError {
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    LayerError::Conflict { path: text(path), at: text(at), found }
}
