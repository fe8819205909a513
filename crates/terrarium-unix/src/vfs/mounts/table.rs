//! The mounts of a file system.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::folder::{HostFolder, HostKind};
use super::listing::Listings;
use super::nodes::Nodes;
use super::overlay::Lower;
use super::quota::MountQuota;
use crate::abi::{Errno, FileType};
use crate::vfs::directory::{Directory, Name};
use crate::vfs::inode::{Inode, Link, Node};
use crate::vfs::{At, Context, Follow, Ino, Vfs};

/// The access of the guest to a folder of the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MountMode {
    /// The guest reads.
    ReadOnly,
    /// The guest reads; what it writes stays in its file system.
    Overlay,
    /// The guest reads and writes.
    ReadWrite,
}

/// A folder or a file of the host, and the guest's access to it.
#[derive(Clone, Debug)]
pub struct HostMount {
    /// The folder.
    pub folder: Arc<dyn HostFolder>,
    /// The access.
    pub mode: MountMode,
    /// The bound of the folder's growth with [`MountMode::ReadWrite`].
    pub quota: Arc<MountQuota>,
}

/// A mount and its place.
#[derive(Clone, Debug)]
pub(super) struct Mounted {
    pub(super) mount: HostMount,
    /// The number of its root.
    pub(super) root: Ino,
    /// The directory that holds its entry, and the entry's name.
    pub(super) dir: Ino,
    pub(super) name: Name,
}

/// The mounts of a file system, and what is known of their files.
#[derive(Debug, Default)]
pub(in crate::vfs) struct Mounts {
    pub(super) list: Vec<Mounted>,
    nodes: Mutex<Nodes>,
    listings: Mutex<Listings>,
    /// The paths of the files of overlays that the guest has removed or replaced.
    pub(in crate::vfs) covered: Arc<BTreeSet<Vec<u8>>>,
}

impl Clone for Mounts {
    fn clone(&self) -> Self {
        Self {
            list: self.list.clone(),
            nodes: Mutex::new(self.nodes().clone()),
            listings: Mutex::default(),
            covered: Arc::clone(&self.covered),
        }
    }
}

impl Mounts {
    pub(super) fn nodes(&self) -> MutexGuard<'_, Nodes> {
        self.nodes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn listings(&self) -> MutexGuard<'_, Listings> {
        self.listings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn get(&self, index: usize) -> Result<&Mounted, Errno> {
        self.list.get(index).ok_or(Errno::EBADF)
    }

    /// Returns the root of the mount whose entry this is, if there is one.
    pub(super) fn at(&self, dir: Ino, name: &[u8]) -> Option<Ino> {
        self.list.iter().rev().find(|mounted| mounted.dir == dir && *mounted.name == *name).map(|mounted| mounted.root)
    }

    /// Returns the names of mounts in a directory.
    pub(super) fn names_in(&self, dir: Ino) -> impl Iterator<Item = (&Name, Ino)> {
        self.list.iter().filter(move |mounted| mounted.dir == dir).map(|mounted| (&mounted.name, mounted.root))
    }
}

impl Vfs {
    /// Shows a folder or file of the host at an absolute path, in place of what is there. Missing directories above it
    /// are made for the context's user, unless a folder of the host would have to be made.
    ///
    /// # Errors
    /// As for [`Vfs::host_mkdir`]; `ENOENT` for a missing directory in another mount; the errors of
    /// [`HostFolder::status`].
    pub fn mount_folder(&mut self, ctx: &Context, path: &[u8], mount: HostMount) -> Result<(), Errno> {
        let start = path.iter().rposition(|&byte| byte == b'/').map_or(0, |slash| slash + 1);
        let (above, name) = (&path[..start.max(1)], &path[start..]);
        if path.first() != Some(&b'/') || name.is_empty() {
            return Err(Errno::EINVAL);
        }
        let status = mount.folder.status(b"")?;
        let root_context = Context::root(ctx.now);
        let dir = match self.resolve_directory(&root_context, At::root(above)) {
            Err(Errno::ENOENT) if self.is_outside_above(&root_context, above) => return Err(Errno::ENOENT),
            Err(Errno::ENOENT) => self.host_mkdir(ctx, above)?,
            found => found?,
        };
        // A directory of an overlay becomes one of the file system, which can hold an entry.
        let is_overlay = self.is_host(dir) && self.outside(dir)?.mounted.mount.mode == MountMode::Overlay;
        let dir = if is_overlay { self.upper_directory(&root_context, dir)? } else { dir };
        let index = self.mounts.as_ref().map_or(0, |mounts| mounts.list.len());
        let name = Name::from(name);
        let is_merged = mount.mode == MountMode::Overlay && status.kind == HostKind::Folder;
        let root = if is_merged {
            let directory = Directory::over(dir, Lower::new(index, Arc::from(*b"")));
            let mut inode = Inode::new(ctx, 0o755, Node::Directory(directory));
            (inode.atime, inode.mtime, inode.ctime) = (status.atime, status.mtime, status.ctime);
            inode.links.push(Link { dir, name: name.clone() });
            self.add_free(inode)
        } else {
            let mounts = self.mounts.get_or_insert_default();
            mounts.nodes().place(index, Arc::from(*b""), &status, |_| true)
        };
        if !self.is_host(dir) {
            let kind = if is_merged { FileType::Directory } else { status.kind.file_type() };
            self.update(dir, |parent| {
                parent.directory_mut().map(|directory| directory.insert(name.clone(), root, kind))
            })??;
        }
        self.mounts.get_or_insert_default().list.push(Mounted { mount, root, dir, name });
        // A root is always there.
        self.retain(root)
    }

    /// Whether the nearest directory above a missing path is the host's, and cannot hold a new one without a change there.
    fn is_outside_above(&self, ctx: &Context, path: &[u8]) -> bool {
        let mut path = path;
        while let Some(slash) = path.iter().rposition(|&byte| byte == b'/') {
            path = &path[..slash];
            if path.is_empty() {
                return false;
            }
            if let Ok(ino) = self.resolve(ctx, At::root(path), Follow::Yes) {
                let is_free = |mode| mode == MountMode::Overlay;
                return self.is_host(ino) && !self.outside(ino).is_ok_and(|at| is_free(at.mounted.mount.mode));
            }
        }
        false
    }

    /// Whether an inode is the root of a mount, which can be neither removed nor renamed.
    pub(in crate::vfs) fn is_mount(&self, ino: Ino) -> bool {
        self.mounts.as_ref().is_some_and(|mounts| mounts.list.iter().any(|mounted| mounted.root == ino))
    }
}
