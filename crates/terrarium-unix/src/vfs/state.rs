//! The file system's state: a layer, and the inodes that were added or replace the layer's.

use super::file::FileData;
use super::inode::{Inode, Node};
use super::mounts::Mounts;
use super::{Content, Ino, Layer, NodeKind, Usage, VfsLimits};
use crate::abi::Errno;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Inodes by number.
pub(super) type Top = BTreeMap<Ino, Arc<Inode>>;

/// One sandbox's file system.
///
/// A clone is a fork: both sides continue from the same state, and share content until one changes it.
#[derive(Clone, Debug)]
pub struct Vfs {
    pub(super) layer: Arc<Layer>,
    /// Added inodes, and changed ones of the layer. Shared with forks and marks until the next change.
    pub(super) top: Arc<Top>,
    pub(super) limits: VfsLimits,
    pub(super) usage: Usage,
    /// The folders of the host that it shows.
    pub(super) mounts: Option<Box<Mounts>>,
    next_ino: u64,
    next_version: u64,
    /// The number of descriptors that hold an inode.
    open: BTreeMap<Ino, u32>,
}

impl Vfs {
    /// Makes a file system that shows a layer. Takes about a microsecond for a layer of any size.
    pub fn new(layer: Arc<Layer>, limits: VfsLimits) -> Vfs {
        let next_ino = layer.first_free();
        Vfs {
            layer,
            top: Arc::default(),
            limits,
            usage: Usage::default(),
            mounts: None,
            next_ino,
            // The layer's files have version 0.
            next_version: 1,
            open: BTreeMap::new(),
        }
    }

    /// Returns the quotas.
    pub fn limits(&self) -> VfsLimits {
        self.limits
    }

    /// Sets other quotas. Content that exceeds them remains, but cannot grow.
    pub fn set_limits(&mut self, limits: VfsLimits) {
        self.limits = limits;
    }

    /// Returns the usage that counts against the quotas.
    pub fn usage(&self) -> Usage {
        self.usage
    }

    /// Returns the kind of an inode.
    ///
    /// # Errors
    /// `EBADF` if the inode does not exist.
    pub fn kind(&self, ino: Ino) -> Result<NodeKind, Errno> {
        let ino = self.current(ino);
        if self.is_host(ino) { Ok(self.outside(ino)?.node_kind()) } else { Ok(self.inode(ino)?.kind()) }
    }

    /// Retains an inode for one more descriptor (or working directory), so that it outlives its last name.
    ///
    /// # Errors
    /// `EBADF` if the inode does not exist.
    pub fn retain(&mut self, ino: Ino) -> Result<(), Errno> {
        self.kind(ino)?;
        let count = self.open.entry(ino).or_insert(0);
        *count = count.checked_add(1).ok_or(Errno::ENFILE)?;
        Ok(())
    }

    /// Undoes one [`Vfs::retain`] or [`Vfs::open`]. An inode without a name and without a descriptor is freed.
    pub fn release(&mut self, ino: Ino) {
        if let Some(count) = self.open.get_mut(&ino) {
            *count -= 1;
            if *count == 0 {
                self.open.remove(&ino);
                if self.is_host(ino) {
                    self.host_close(ino);
                } else {
                    self.reap(ino);
                }
            }
        }
    }

    /// Returns the inode with a number, or `EBADF` if it does not exist (any more).
    pub(super) fn inode(&self, ino: Ino) -> Result<&Inode, Errno> {
        match self.top.get(&ino) {
            Some(inode) => Ok(inode),
            None => self.layer.get(ino).map(Arc::as_ref).ok_or(Errno::EBADF),
        }
    }

    /// Changes an inode, or a copy of it if it is the layer's or shared, and updates the usage.
    ///
    /// The quota is not checked here: see [`Vfs::admit`].
    pub(super) fn update<T>(&mut self, ino: Ino, change: impl FnOnce(&mut Inode) -> T) -> Result<T, Errno> {
        let below = self.layer.get(ino);
        let top = Arc::make_mut(&mut self.top);
        let inode = match top.entry(ino) {
            std::collections::btree_map::Entry::Occupied(entry) => entry.into_mut(),
            std::collections::btree_map::Entry::Vacant(entry) => entry.insert(below.ok_or(Errno::EBADF)?.clone()),
        };
        let inode = Arc::make_mut(inode);
        let before = share(below, inode);
        let outcome = change(inode);
        let after = share(below, inode);
        self.usage.replace(before, after);
        Ok(outcome)
    }

    /// Whether a descriptor holds an inode.
    pub(super) fn is_open(&self, ino: Ino) -> bool {
        self.open.contains_key(&ino)
    }

    /// Adds an inode that has no name yet.
    ///
    /// # Errors
    /// `ENOSPC` if it does not fit into the quotas.
    pub(super) fn add(&mut self, inode: Inode) -> Result<Ino, Errno> {
        self.usage = self.usage.plus(share(None, &inode), &self.limits)?;
        Ok(self.put(inode))
    }

    /// Adds an inode for the root of a mount, which the quotas always have room for.
    pub(super) fn add_free(&mut self, inode: Inode) -> Ino {
        self.usage.replace(Usage::default(), share(None, &inode));
        self.put(inode)
    }

    fn put(&mut self, inode: Inode) -> Ino {
        let ino = Ino(self.next_ino);
        self.next_ino += 1;
        Arc::make_mut(&mut self.top).insert(ino, Arc::new(inode));
        ino
    }

    /// Checks that an addition fits into the quotas.
    ///
    /// # Errors
    /// `ENOSPC` if it does not.
    pub(super) fn admit(&self, bytes: u64, inodes: u64) -> Result<(), Errno> {
        self.usage.plus(Usage { bytes, inodes }, &self.limits).map(|_| ())
    }

    /// Returns a number that no content version had before.
    pub(super) fn new_version(&mut self) -> u64 {
        let version = self.next_version;
        self.next_version += 1;
        version
    }

    /// Frees an inode if it has neither names nor descriptors.
    pub(super) fn reap(&mut self, ino: Ino) {
        let Some(inode) = self.top.get(&ino) else {
            return;
        };
        if ino == Ino::ROOT || !inode.links.is_empty() || self.open.contains_key(&ino) {
            return;
        }
        if self.layer.get(ino).is_some() {
            // The number must stay taken, or the layer's inode would be visible again; its content need not stay.
            let version = self.new_version();
            let freed = self.update(ino, |inode| {
                if let Node::Regular(file) = &mut inode.node {
                    *file = FileData::new(Content::EMPTY, false, version);
                }
            });
            debug_assert!(freed.is_ok());
        } else if let Some(inode) = Arc::make_mut(&mut self.top).remove(&ino) {
            self.usage.replace(share(None, &inode), Usage::default());
        }
    }
}

/// Returns the share of an inode of the top in the quotas. `below` is the layer's inode that it replaces.
fn share(below: Option<&Arc<Inode>>, inode: &Inode) -> Usage {
    let links = inode.links.len() as u64;
    let hidden = match &inode.node {
        Node::Directory(directory) => directory.lower.as_ref().map_or(0, |lower| lower.hidden.len() as u64),
        _ => 0,
    };
    let inodes = hidden
        + match below {
            Some(below) => links.saturating_sub(below.links.len() as u64),
            None => links.max(1),
        };
    let bytes = match &inode.node {
        Node::Regular(file) if file.counted => file.size(),
        Node::Symlink(target) if below.is_none() => target.len() as u64,
        _ => 0,
    };
    Usage { bytes, inodes }
}
