//! The way to files of the host: from a number to its place, from a directory to its entries and to its parent.

use std::sync::Arc;

use super::folder::{HostKind, HostStatus, OpenHostFile};
use super::overlay::Lower;
use super::table::{Mounted, Mounts};
use crate::abi::Errno;
use crate::vfs::directory::Name;
use crate::vfs::walk::{NAME_MAX, PATH_MAX};
use crate::vfs::{Ino, NodeKind, Vfs};

/// A file of the host, found by its number.
pub(in crate::vfs) struct Outside<'v> {
    pub(super) mounted: &'v Mounted,
    pub(super) index: usize,
    /// The path below the mount.
    pub(super) path: Arc<[u8]>,
    pub(in crate::vfs) kind: HostKind,
    pub(super) file: Option<OpenHostFile>,
    /// Whether its last name was removed while it was open.
    pub(super) is_removed: bool,
}

impl Outside<'_> {
    /// Returns the present status.
    ///
    /// # Errors
    /// `ENOENT` if it is no longer there.
    pub(super) fn status(&self) -> Result<HostStatus, Errno> {
        match &self.file {
            Some(open) => open.file.status(),
            None => self.mounted.mount.folder.status(&self.path).or_else(|errno| match self.kind {
                // An open folder outlives its name.
                HostKind::Folder if self.is_removed => Ok(HostStatus { mode: 0o755, ..HostStatus::of(self.kind) }),
                _ => Err(errno),
            }),
        }
    }

    /// Returns the kind as the descriptor layer distinguishes it.
    pub(in crate::vfs) const fn node_kind(&self) -> NodeKind {
        match self.kind {
            HostKind::File => NodeKind::Regular,
            HostKind::Folder => NodeKind::Directory,
            HostKind::Link => NodeKind::Symlink,
        }
    }
}

/// Returns the path of an entry below a mount.
pub(super) fn join(path: &[u8], name: &[u8]) -> Arc<[u8]> {
    if path.is_empty() { Arc::from(name) } else { Arc::from([path, b"/", name].concat()) }
}

/// Splits a path below a mount into that of its parent and its name; `None` for the mount itself.
pub(super) fn split(path: &[u8]) -> Option<(&[u8], &[u8])> {
    if path.is_empty() {
        return None;
    }
    let slash = path.iter().rposition(|&byte| byte == b'/');
    Some(slash.map_or((&path[..0], path), |slash| (&path[..slash], &path[slash + 1..])))
}

impl Vfs {
    /// Whether a number is that of a file of the host.
    pub(in crate::vfs) const fn is_host(&self, ino: Ino) -> bool {
        ino.0 >= super::FIRST
    }

    /// Returns the number of the inode that has replaced a file of an overlay, for its open descriptors; else the same
    /// number.
    pub(in crate::vfs) fn current(&self, ino: Ino) -> Ino {
        if !self.is_host(ino) {
            return ino;
        }
        let upper = self.mounts.as_ref().and_then(|mounts| mounts.nodes().get(ino)?.upper);
        upper.unwrap_or(ino)
    }

    pub(super) fn mounts(&self) -> Result<&Mounts, Errno> {
        self.mounts.as_deref().ok_or(Errno::EBADF)
    }

    /// Finds a file of the host.
    ///
    /// # Errors
    /// `EBADF` for a number that has no place.
    pub(in crate::vfs) fn outside(&self, ino: Ino) -> Result<Outside<'_>, Errno> {
        let mounts = self.mounts()?;
        let (index, path, kind, file, is_removed) = {
            let nodes = mounts.nodes();
            let node = nodes.get(ino).ok_or(Errno::EBADF)?;
            (node.mount(), Arc::clone(&node.path), node.kind, node.file.clone(), node.is_removed)
        };
        Ok(Outside { mounted: mounts.get(index)?, index, path, kind, file, is_removed })
    }

    /// Returns the entry of a directory of any kind.
    ///
    /// # Errors
    /// `ENOENT` if the directory was removed; `ENAMETOOLONG`; the host's.
    pub(in crate::vfs) fn entry(&self, dir: Ino, name: &[u8]) -> Result<Option<Ino>, Errno> {
        if self.is_host(dir) {
            let at = self.outside(dir)?;
            if at.is_removed {
                return Err(Errno::ENOENT);
            }
            if name.len() > NAME_MAX {
                return Err(Errno::ENAMETOOLONG);
            }
            if let Some(root) = self.mounts()?.at(dir, name) {
                return Ok(Some(root));
            }
            return self.found(at.index, join(&at.path, name));
        }
        let inode = self.inode(dir)?;
        if inode.links.is_empty() && dir != Ino::ROOT {
            return Err(Errno::ENOENT);
        }
        if name.len() > NAME_MAX {
            return Err(Errno::ENAMETOOLONG);
        }
        let directory = inode.directory()?;
        match (directory.get(name), &directory.lower) {
            (Some(entry), _) => Ok(Some(entry.ino)),
            (None, Some(lower)) => self.lower_entry(lower, name),
            (None, None) => Ok(None),
        }
    }

    /// Returns the entry that a directory of an overlay has only below.
    fn lower_entry(&self, lower: &Lower, name: &[u8]) -> Result<Option<Ino>, Errno> {
        if lower.hidden.contains(name) {
            return Ok(None);
        }
        self.found(lower.mount, join(&lower.path, name))
    }

    /// Asks the host for the file at a path below a mount.
    fn found(&self, index: usize, path: Arc<[u8]>) -> Result<Option<Ino>, Errno> {
        if path.len() >= PATH_MAX {
            return Err(Errno::ENAMETOOLONG);
        }
        let mounts = self.mounts()?;
        match mounts.get(index)?.mount.folder.status(&path) {
            Ok(status) => Ok(Some(self.placed(index, path, &status)?)),
            Err(Errno::ENOENT) => Ok(None),
            Err(errno) => Err(errno),
        }
    }

    /// Records the place of a file of the host, and returns its number.
    pub(super) fn placed(&self, index: usize, path: Arc<[u8]>, status: &HostStatus) -> Result<Ino, Errno> {
        Ok(self.mounts()?.nodes().place(index, path, status, |ino| self.is_open(ino)))
    }

    /// Returns the directory at a path below a mount.
    pub(super) fn walk_below(&self, index: usize, path: &[u8]) -> Result<Ino, Errno> {
        let mut dir = self.mounts()?.get(index)?.root;
        for name in path.split(|&byte| byte == b'/').filter(|name| !name.is_empty()) {
            dir = self.entry(self.current(dir), name)?.ok_or(Errno::ENOENT)?;
        }
        Ok(dir)
    }

    /// Returns the directory above a directory.
    ///
    /// # Errors
    /// `ENOENT` if it no longer exists; `ENOTDIR` for another kind.
    pub(in crate::vfs) fn parent(&self, dir: Ino) -> Result<Ino, Errno> {
        if !self.is_host(dir) {
            return Ok(self.inode(dir)?.directory()?.parent);
        }
        let at = self.outside(dir)?;
        match split(&at.path) {
            _ if at.kind != HostKind::Folder => Err(Errno::ENOTDIR),
            Some((above, _)) => self.walk_below(at.index, above),
            None => Ok(at.mounted.dir),
        }
    }

    /// Returns the target of a link of the host to walk to, and the root of its mount, which the walk must not leave.
    ///
    /// # Errors
    /// `EACCES` for an absolute target; the host's.
    pub(in crate::vfs) fn host_target(&self, ino: Ino) -> Result<(Arc<[u8]>, Ino), Errno> {
        let at = self.outside(ino)?;
        let target = at.mounted.mount.folder.target(&at.path)?;
        if target.is_empty() || target.len() >= PATH_MAX || target.contains(&0) {
            return Err(Errno::ENOENT);
        }
        if target.first() == Some(&b'/') {
            return Err(Errno::EACCES);
        }
        Ok((Arc::from(target), at.mounted.root))
    }

    /// Returns the target of a link of the host as the guest may read it.
    ///
    /// # Errors
    /// `EINVAL` if it is no link; `EACCES` for one that leads out of its mount: the names there are the host's.
    pub(in crate::vfs) fn host_readlink(&self, ino: Ino) -> Result<Arc<[u8]>, Errno> {
        let at = self.outside(ino)?;
        if at.kind != HostKind::Link {
            return Err(Errno::EINVAL);
        }
        let (target, _) = self.host_target(ino)?;
        let mut depth = at.path.iter().filter(|&&byte| byte == b'/').count();
        for name in target.split(|&byte| byte == b'/') {
            match name {
                b"" | b"." => {}
                b".." => depth = depth.checked_sub(1).ok_or(Errno::EACCES)?,
                _ => depth += 1,
            }
        }
        Ok(target)
    }

    /// Returns the directory that holds a mount or file of the host, and its path relative to that.
    pub(in crate::vfs) fn host_place(&self, ino: Ino) -> Result<(Ino, Name, Arc<[u8]>), Errno> {
        let at = self.outside(ino)?;
        if at.is_removed {
            return Err(Errno::ENOENT);
        }
        Ok((at.mounted.dir, at.mounted.name.clone(), at.path))
    }
}
