//! Overlays: what the guest changes in a folder of the host is kept in the file system.
//!
//! A directory that shows both has the entries that the guest made, and a [`Lower`] for all others. A file moves up, with
//! its content, at its first change. A name of the folder that the guest has removed or replaced is hidden; each counts
//! as an inode, so that their number has a bound.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::files::read_all;
use super::folder::HostKind;
use super::lookup::{join, split};
use super::table::MountMode;
use crate::abi::Errno;
use crate::vfs::directory::{Directory, Name};
use crate::vfs::file::FileData;
use crate::vfs::inode::{Inode, Link, Node};
use crate::vfs::{Content, Context, Credentials, Ino, Vfs};

/// The bytes of a file that are copied at a time.
const STEP: usize = 1 << 20;

/// The folder of the host that a directory of an overlay shows too.
#[derive(Clone, Debug)]
pub(in crate::vfs) struct Lower {
    pub(in crate::vfs) mount: usize,
    pub(in crate::vfs) path: Arc<[u8]>,
    /// The names that are removed or replaced.
    pub(in crate::vfs) hidden: BTreeSet<Name>,
}

impl Lower {
    pub(super) const fn new(mount: usize, path: Arc<[u8]>) -> Self {
        Self { mount, path, hidden: BTreeSet::new() }
    }
}

/// The place of a file that moves up.
enum Above {
    /// A mount of a single file.
    Root,
    /// An entry of a directory.
    Entry(Ino, Name),
    /// None: only descriptors still show the file, because its name was removed or replaced.
    Nothing,
}

impl Vfs {
    /// Whether a file of the host is one of an overlay.
    pub(in crate::vfs) fn is_overlay(&self, ino: Ino) -> Result<bool, Errno> {
        Ok(self.outside(ino)?.mounted.mount.mode == MountMode::Overlay)
    }

    /// Returns the root directories of overlays with their paths.
    pub(in crate::vfs) fn overlays(&self) -> Vec<(Ino, Vec<u8>)> {
        let list = self.mounts.as_ref().map_or(&[][..], |mounts| &mounts.list);
        let roots = list.iter().map(|mounted| mounted.root).filter(|root| !self.is_host(*root));
        roots.filter_map(|root| Some((root, self.path_of(root).ok()?))).collect()
    }

    /// Returns the directory of the file system that takes the place of one of an overlay's folder.
    ///
    /// # Errors
    /// `ENOTDIR`; `ENOSPC` at a quota; the host's.
    pub(in crate::vfs) fn upper_directory(&mut self, ctx: &Context, dir: Ino) -> Result<Ino, Errno> {
        let at = self.outside(dir)?;
        if at.kind != HostKind::Folder {
            return Err(Errno::ENOTDIR);
        }
        let (index, path) = (at.index, at.path);
        self.upper_directory_at(ctx, index, &path)
    }

    fn upper_directory_at(&mut self, ctx: &Context, index: usize, path: &[u8]) -> Result<Ino, Errno> {
        let mut dir = self.mounts()?.get(index)?.root;
        for name in path.split(|&byte| byte == b'/').filter(|name| !name.is_empty()) {
            dir = match self.entry(dir, name)?.ok_or(Errno::ENOENT)? {
                next if self.is_host(next) => self.raise_directory(ctx, dir, next)?,
                next => next,
            };
        }
        self.inode(dir)?.directory()?;
        Ok(dir)
    }

    /// Makes a directory that shows a folder too, in a directory that does.
    fn raise_directory(&mut self, ctx: &Context, dir: Ino, lower: Ino) -> Result<Ino, Errno> {
        let at = self.outside(lower)?;
        let status = at.status()?;
        if status.kind != HostKind::Folder {
            return Err(Errno::ENOTDIR);
        }
        let name = Name::from(split(&at.path).ok_or(Errno::EINVAL)?.1);
        let directory = Directory::over(dir, Lower::new(at.index, Arc::clone(&at.path)));
        let mut inode = Inode::new(&as_guest(ctx), 0o755, Node::Directory(directory));
        (inode.atime, inode.mtime, inode.ctime) = (status.atime, status.mtime, status.ctime);
        inode.links.push(Link { dir, name: name.clone() });
        let upper = self.add(inode)?;
        // The directory above shows what it showed before.
        self.update(dir, |parent| {
            let kind = HostKind::Folder.file_type();
            parent.directory_mut().map(|directory| directory.insert(name, upper, kind))
        })??;
        self.replace(lower, upper)?;
        Ok(upper)
    }

    /// Copies a file of an overlay into the file system, with at most its first `size` bytes, because it is about to be
    /// changed. Open descriptors show the copy from then on.
    ///
    /// # Errors
    /// `EROFS` in other mounts; `EFBIG` or `ENOSPC` at a quota; the host's.
    pub(in crate::vfs) fn copy_up(&mut self, ctx: &Context, ino: Ino, size: u64) -> Result<Ino, Errno> {
        let at = self.outside(ino)?;
        match (at.mounted.mount.mode, at.kind) {
            (MountMode::Overlay, HostKind::File) => {}
            (MountMode::Overlay, HostKind::Folder) => return self.upper_directory(ctx, ino),
            (MountMode::Overlay, HostKind::Link) => return Err(Errno::ENOTSUP),
            _ => return Err(Errno::EROFS),
        }
        let (file, status) = (at.opened(false)?, at.status()?);
        let (mode, index, path) = (at.mode_of(&status), at.index, at.path);
        let place = self.place_above(ctx, index, &path)?;
        let size = size.min(status.size);
        if size > self.limits.max_file_size() {
            return Err(Errno::EFBIG);
        }
        self.admit(size, 1)?;
        let version = self.new_version();
        let mut data = FileData::new(Content::EMPTY, true, version);
        let mut buffer = vec![0; STEP.min(usize::try_from(size).unwrap_or(STEP))];
        while data.size() < size {
            let step = usize::try_from(size - data.size()).unwrap_or(STEP).min(buffer.len());
            let count = read_all(&*file, data.size(), &mut buffer[..step])?;
            if count == 0 {
                break;
            }
            data.write_at(data.size(), &buffer[..count])?;
        }
        let mut inode = Inode::new(&as_guest(ctx), mode, Node::Regular(data));
        (inode.atime, inode.mtime, inode.ctime) = (status.atime, status.mtime, status.ctime);
        let upper = self.add(inode)?;
        let placed = match place {
            Above::Root => self.replace_root(index, upper),
            Above::Entry(dir, name) => self.attach(ctx.now, dir, name, upper),
            Above::Nothing => Ok(()),
        };
        if let Err(errno) = placed {
            self.reap(upper);
            return Err(errno);
        }
        self.update(upper, |inode| (inode.mtime, inode.ctime) = (status.mtime, status.ctime))?;
        self.replace(ino, upper)?;
        Ok(upper)
    }

    /// Returns the place of a copy.
    fn place_above(&mut self, ctx: &Context, index: usize, path: &[u8]) -> Result<Above, Errno> {
        let Some((above, name)) = split(path) else { return Ok(Above::Root) };
        let dir = match self.upper_directory_at(ctx, index, above) {
            Err(Errno::ENOENT | Errno::ENOTDIR) => return Ok(Above::Nothing),
            found => found?,
        };
        let directory = self.inode(dir)?.directory()?;
        let is_gone = directory.lower.as_ref().is_none_or(|lower| lower.hidden.contains(name));
        let is_free = !is_gone && directory.get(name).is_none();
        Ok(if is_free { Above::Entry(dir, Name::from(name)) } else { Above::Nothing })
    }

    /// Puts the copy of a single mounted file in its place.
    fn replace_root(&mut self, index: usize, upper: Ino) -> Result<(), Errno> {
        let mounted = self.mounts()?.get(index)?;
        let (dir, name) = (mounted.dir, mounted.name.clone());
        if !self.is_host(dir) {
            self.attach_quietly(dir, name, upper)?;
        }
        let mounts = self.mounts.as_mut().ok_or(Errno::EBADF)?;
        mounts.list[index].root = upper;
        self.retain(upper)
    }

    fn attach_quietly(&mut self, dir: Ino, name: Name, ino: Ino) -> Result<(), Errno> {
        let kind = self.inode(ino)?.file_type();
        self.update(dir, |parent| parent.directory_mut().map(|directory| directory.insert(name.clone(), ino, kind)))??;
        self.update(ino, |inode| inode.links.push(Link { dir, name }))
    }

    /// Lets the open descriptors of a file of the host show the inode that has replaced it.
    fn replace(&mut self, lower: Ino, upper: Ino) -> Result<(), Errno> {
        if self.is_open(lower) {
            self.retain(upper)?;
            if let Some(node) = self.mounts()?.nodes().get_mut(lower) {
                (node.upper, node.file) = (Some(upper), None);
            }
        }
        Ok(())
    }

    /// Hides a name of the folder that a directory of an overlay shows too, because the guest removes or replaces it.
    /// Nothing for other directories and names.
    ///
    /// # Errors
    /// `ENOSPC` at the quota of inodes.
    pub(in crate::vfs) fn cover(&mut self, dir: Ino, name: &[u8]) -> Result<(), Errno> {
        let Some(lower) = self.inode(dir)?.directory()?.lower.as_ref() else { return Ok(()) };
        if lower.hidden.contains(name) {
            return Ok(());
        }
        let mounts = self.mounts()?;
        let Ok(status) = mounts.get(lower.mount)?.mount.folder.status(&join(&lower.path, name)) else { return Ok(()) };
        self.admit(0, 1)?;
        let count = mounts.covered.len() as u64;
        if count >= self.limits.inodes {
            return Err(Errno::ENOSPC);
        }
        if status.kind == HostKind::File {
            let mut path = self.path_of(dir)?;
            path.push(b'/');
            path.extend_from_slice(name);
            let mounts = self.mounts.as_mut().ok_or(Errno::EBADF)?;
            Arc::make_mut(&mut mounts.covered).insert(path);
        }
        self.update(dir, |inode| {
            if let Ok(Some(lower)) = inode.directory_mut().map(|directory| directory.lower.as_mut()) {
                lower.hidden.insert(Name::from(name));
            }
        })
    }
}

fn as_guest(ctx: &Context) -> Context {
    Context { cred: Credentials::GUEST, ..*ctx }
}
