//! Making, removing and renaming files of the host.

use std::sync::Arc;

use super::folder::HostKind;
use super::lookup::join;
use super::table::MountMode;
use crate::abi::{Errno, PERMISSION_BITS};
use crate::vfs::inode::Node;
use crate::vfs::{Context, Ino, Vfs};

/// The permission bits of new files: nothing is writable for other users of the host.
const NEW_BITS: u32 = 0o755;

/// The place of a change of names.
pub(in crate::vfs) enum Place {
    /// A directory of the file system.
    Inside(Ino),
    /// A folder of the host.
    Outside,
}

impl Vfs {
    /// Returns the place of a change in a directory. One of an overlay becomes a directory of the file system.
    ///
    /// # Errors
    /// `EROFS` in a mount that only shows; `ENOSPC` at a quota.
    pub(in crate::vfs) fn place(&mut self, ctx: &Context, dir: Ino) -> Result<Place, Errno> {
        let dir = self.current(dir);
        if !self.is_host(dir) {
            return Ok(Place::Inside(dir));
        }
        match self.outside(dir)?.mounted.mount.mode {
            MountMode::ReadOnly => Err(Errno::EROFS),
            MountMode::Overlay => self.upper_directory(ctx, dir).map(Place::Inside),
            MountMode::ReadWrite => Ok(Place::Outside),
        }
    }

    /// Returns the mount in which changes of a directory's names would be made, if it is not the file system itself.
    ///
    /// # Errors
    /// `EBADF` if the inode does not exist.
    pub(in crate::vfs) fn writes_through(&self, dir: Ino) -> Result<Option<usize>, Errno> {
        let dir = self.current(dir);
        if !self.is_host(dir) {
            return Ok(None);
        }
        let at = self.outside(dir)?;
        Ok((at.mounted.mount.mode != MountMode::Overlay).then_some(at.index))
    }

    /// Makes a file or folder on the host.
    ///
    /// # Errors
    /// `ENOSPC` at the quota; `EPERM` for a link, whose target the guest could choose for programs of the host.
    pub(in crate::vfs) fn host_make(&self, dir: Ino, name: &[u8], mode: u32, node: &Node) -> Result<Ino, Errno> {
        let at = self.outside(dir)?;
        let (path, folder) = (join(&at.path, name), &at.mounted.mount.folder);
        let mode = mode & PERMISSION_BITS & NEW_BITS;
        let mut charge = at.mounted.mount.quota.lock();
        charge.check_file()?;
        let ino = match node {
            Node::Regular(_) => {
                let open = folder.create(&path, mode)?;
                self.hold(at.index, path, open)?
            }
            Node::Directory(_) => {
                folder.create_folder(&path, mode)?;
                let status = folder.status(&path)?;
                self.placed(at.index, path, &status)?
            }
            Node::Symlink(_) | Node::CharDevice(_) => return Err(Errno::EPERM),
        };
        charge.add_file();
        Ok(ino)
    }

    /// Removes a name on the host.
    ///
    /// # Errors
    /// The host's.
    pub(in crate::vfs) fn host_unlink(
        &mut self,
        dir: Ino,
        name: &[u8],
        ino: Ino,
        is_folder: bool,
    ) -> Result<(), Errno> {
        let at = self.outside(dir)?;
        let (path, mount) = (join(&at.path, name), &at.mounted.mount);
        let mut charge = mount.quota.lock();
        let status = mount.folder.status(&path)?;
        let is_last = status.links <= 1 || is_folder;
        self.prepare_removal(ino)?;
        mount.folder.remove(&path, is_folder)?;
        if self.is_open(ino) && is_last {
            // Its space is free when the last descriptor is closed.
            if let Some(node) = self.mounts()?.nodes().get_mut(ino) {
                node.is_removed = true;
            }
        } else {
            charge.remove_file(if is_last && status.kind == HostKind::File { status.size } else { 0 });
        }
        Ok(())
    }

    /// Lets an open file outlive its name.
    fn prepare_removal(&self, ino: Ino) -> Result<(), Errno> {
        if let Some(open) = self.mounts()?.nodes().get(ino).and_then(|node| node.file.as_ref()) {
            open.file.moved(None);
        }
        Ok(())
    }

    /// Renames on the host, within one mount.
    ///
    /// # Errors
    /// `EXDEV` between mounts; `EBUSY` for a folder with a mount in it; the host's.
    pub(in crate::vfs) fn host_rename(
        &mut self,
        (old_dir, old_name): (Ino, &[u8]),
        (new_dir, new_name): (Ino, &[u8]),
        target: Option<Ino>,
    ) -> Result<(), Errno> {
        let (old, new) = (self.outside(old_dir)?, self.outside(new_dir)?);
        if old.index != new.index {
            return Err(Errno::EXDEV);
        }
        let (from, to): (Arc<[u8]>, Arc<[u8]>) = (join(&old.path, old_name), join(&new.path, new_name));
        let is_below = |dir: Ino| {
            self.outside(dir).is_ok_and(|at| {
                at.index == old.index
                    && at.path.strip_prefix(&*from).is_some_and(|rest| rest.first().is_none_or(|byte| *byte == b'/'))
            })
        };
        let mounts = self.mounts()?;
        if mounts.list.iter().any(|mounted| self.is_host(mounted.dir) && is_below(mounted.dir)) {
            return Err(Errno::EBUSY);
        }
        let mount = &old.mounted.mount;
        let mut charge = mount.quota.lock();
        let replaced = target.and_then(|ino| Some((ino, mount.folder.status(&to).ok()?)));
        target.map_or(Ok(()), |ino| self.prepare_removal(ino))?;
        mount.folder.rename(&from, &to)?;
        let index = old.index;
        if let Some((ino, status)) = replaced {
            let is_last = status.links <= 1 || status.kind == HostKind::Folder;
            if self.is_open(ino) && is_last && status.kind == HostKind::File {
                if let Some(node) = mounts.nodes().get_mut(ino) {
                    node.is_removed = true;
                }
            } else {
                charge.remove_file(if is_last && status.kind == HostKind::File { status.size } else { 0 });
            }
        }
        mounts.nodes().rename(index, &from, &to);
        Ok(())
    }
}
