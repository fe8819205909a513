//! An inode: attributes, links and content.

use super::directory::{Directory, Name};
use super::file::FileData;
use super::{Context, DeviceId, Ino};
use crate::abi::{Errno, FileType, Timespec};
use std::sync::Arc;

/// The kind of an inode, as the descriptor layer distinguishes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NodeKind {
    /// A regular file.
    Regular,
    /// A directory.
    Directory,
    /// A symbolic link (only `O_PATH` opens one).
    Symlink,
    /// A character device.
    CharDevice(DeviceId),
}

impl NodeKind {
    /// Returns the type for modes and directory entries.
    pub const fn file_type(self) -> FileType {
        match self {
            NodeKind::Regular => FileType::Regular,
            NodeKind::Directory => FileType::Directory,
            NodeKind::Symlink => FileType::Symlink,
            NodeKind::CharDevice(_) => FileType::CharDevice,
        }
    }
}

/// One of an inode's names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Link {
    /// The directory that holds the entry.
    pub(super) dir: Ino,
    /// The entry's name.
    pub(super) name: Name,
}

/// The content of an inode.
#[derive(Clone, Debug)]
pub(super) enum Node {
    Regular(FileData),
    Directory(Directory),
    Symlink(Arc<[u8]>),
    CharDevice(DeviceId),
}

impl Node {
    pub(super) fn kind(&self) -> NodeKind {
        match self {
            Node::Regular(_) => NodeKind::Regular,
            Node::Directory(_) => NodeKind::Directory,
            Node::Symlink(_) => NodeKind::Symlink,
            Node::CharDevice(device) => NodeKind::CharDevice(*device),
        }
    }
}

/// An inode.
#[derive(Clone, Debug)]
pub(super) struct Inode {
    /// Permission bits; the type follows from `node`.
    pub(super) mode: u32,
    pub(super) uid: u32,
    pub(super) gid: u32,
    pub(super) atime: Timespec,
    pub(super) mtime: Timespec,
    pub(super) ctime: Timespec,
    /// All entries that lead to the inode: one for a directory (none for the root), any number for others, none once
    /// deleted.
    pub(super) links: Vec<Link>,
    pub(super) node: Node,
}

impl Inode {
    /// Makes an inode without a name, owned by the caller.
    pub(super) fn new(ctx: &Context, mode: u32, node: Node) -> Inode {
        Inode {
            mode,
            uid: ctx.cred.uid,
            gid: ctx.cred.gid,
            atime: ctx.now,
            mtime: ctx.now,
            ctime: ctx.now,
            links: Vec::new(),
            node,
        }
    }

    pub(super) fn kind(&self) -> NodeKind {
        self.node.kind()
    }

    pub(super) fn file_type(&self) -> FileType {
        self.kind().file_type()
    }

    /// Returns the directory in it, else `ENOTDIR`.
    pub(super) fn directory(&self) -> Result<&Directory, Errno> {
        match &self.node {
            Node::Directory(directory) => Ok(directory),
            _ => Err(Errno::ENOTDIR),
        }
    }

    /// Returns the directory in it, else `ENOTDIR`.
    pub(super) fn directory_mut(&mut self) -> Result<&mut Directory, Errno> {
        match &mut self.node {
            Node::Directory(directory) => Ok(directory),
            _ => Err(Errno::ENOTDIR),
        }
    }

    /// Returns the regular file in it, else `EISDIR` or `EINVAL`.
    pub(super) fn file(&self) -> Result<&FileData, Errno> {
        match &self.node {
            Node::Regular(file) => Ok(file),
            Node::Directory(_) => Err(Errno::EISDIR),
            _ => Err(Errno::EINVAL),
        }
    }

    /// Returns the regular file in it, else `EISDIR` or `EINVAL`.
    pub(super) fn file_mut(&mut self) -> Result<&mut FileData, Errno> {
        match &mut self.node {
            Node::Regular(file) => Ok(file),
            Node::Directory(_) => Err(Errno::EISDIR),
            _ => Err(Errno::EINVAL),
        }
    }

    /// Sets the times of a change of the content.
    pub(super) fn touch(&mut self, now: Timespec) {
        self.mtime = now;
        self.ctime = now;
    }

    /// Removes one name.
    pub(super) fn unlink(&mut self, dir: Ino, name: &[u8]) {
        if let Some(index) = self.links.iter().position(|link| link.dir == dir && *link.name == *name) {
            self.links.swap_remove(index);
        }
    }

    /// Returns the number of links as `stat` counts them: a directory has one more for `.` and one for each `..` in it.
    pub(super) fn nlink(&self, ino: Ino) -> u32 {
        match &self.node {
            Node::Directory(_) if self.links.is_empty() && ino != Ino::ROOT => 0,
            Node::Directory(directory) => directory.subdirectories().saturating_add(2),
            _ => u32::try_from(self.links.len()).unwrap_or(u32::MAX),
        }
    }
}
