//! Read-only files that the host adds to a file system in use.

use super::directory::Name;
use super::file::FileData;
use super::inode::{Inode, Node};
use super::{At, Content, Context, Follow, Ino, Vfs, VfsLimits};
use crate::abi::{Errno, Timespec};
use std::sync::Arc;

impl Vfs {
    /// Puts a file of the host at a path, as if the layer held it: it belongs to root and counts against no quota.
    /// Missing directories are made. An existing file remains.
    ///
    /// # Errors
    /// As for [`Vfs::host_write`], without those of quotas.
    pub fn host_mount(&mut self, path: &[u8], content: Content, mode: u32) -> Result<(), Errno> {
        let version = self.new_version();
        self.host_add(path, mode, Node::Regular(FileData::new(content, false, version)))
    }

    /// Puts a symbolic link of the host at a path, like [`Vfs::host_mount`].
    ///
    /// # Errors
    /// As for [`Vfs::host_mount`].
    pub fn host_mount_link(&mut self, path: &[u8], target: &[u8]) -> Result<(), Errno> {
        self.host_add(path, 0o777, Node::Symlink(Arc::from(target)))
    }

    /// Gives a directory a time that it never had, for any state of the clock, so that programs that cache its listing
    /// read it again.
    ///
    /// # Errors
    /// Those of [`Vfs::resolve`].
    pub fn host_renew(&mut self, path: &[u8]) -> Result<(), Errno> {
        let ino = self.resolve(&Context::root(Timespec::default()), At::root(path), Follow::Yes)?;
        let version = i64::try_from(self.new_version()).unwrap_or(i64::MAX);
        self.update(ino, |inode| inode.mtime.sec = version)
    }

    fn host_add(&mut self, path: &[u8], mode: u32, node: Node) -> Result<(), Errno> {
        let root = Context { umask: 0o022, ..Context::root(Timespec::PROVIDED) };
        match self.resolve(&root, At::root(path), Follow::No) {
            Ok(_) => return Ok(()),
            Err(Errno::ENOENT) => {}
            Err(errno) => return Err(errno),
        }
        let start = path.iter().rposition(|&byte| byte == b'/').map_or(0, |slash| slash + 1);
        let (limits, before) = (self.limits, self.usage);
        self.limits = VfsLimits::UNLIMITED;
        let added = self.host_mkdir(&root, if start == 0 { b"/" } else { &path[..start] }).and_then(|dir: Ino| {
            let ino = self.add(Inode::new(&root, mode, node))?;
            self.attach(root.now, dir, Name::from(&path[start..]), ino)
        });
        // The limits grow by the space that the mount takes.
        self.limits = VfsLimits {
            bytes: limits.bytes.saturating_add(self.usage.bytes.saturating_sub(before.bytes)),
            inodes: limits.inodes.saturating_add(self.usage.inodes.saturating_sub(before.inodes)),
            ..limits
        };
        added
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vfs::Layer;

    #[test]
    fn what_is_mounted_counts_against_no_quota_and_cannot_be_changed_by_the_guest() {
        let limits = VfsLimits { bytes: 10, inodes: 2, file_bytes: None };
        let mut vfs = Vfs::new(Layer::unix(), limits);
        for name in ["a", "b", "c", "d"] {
            let path = format!("/lib/site/{name}/x.py");
            vfs.host_mount(path.as_bytes(), Content::from(b"much more than ten bytes"), 0o444).unwrap();
        }
        vfs.host_mount_link(b"/lib/site/link.py", b"a/x.py").unwrap();
        assert_eq!(vfs.host_read(b"/lib/site/link.py").unwrap().len(), 24);

        let guest = Context::guest(Timespec::default());
        vfs.host_write(&guest, b"/home/earth/f", vec![0; 10]).unwrap();
        assert_eq!(vfs.host_write(&guest, b"/home/earth/g", vec![0; 1]).unwrap_err(), Errno::ENOSPC);
        assert_eq!(vfs.unlink(&guest, At::root(b"/lib/site/a/x.py")).unwrap_err(), Errno::EACCES);
    }

    #[test]
    fn what_is_there_stays() {
        let mut vfs = Vfs::new(Layer::unix(), VfsLimits::default());
        vfs.host_mount(b"/lib/x", Content::from(b"one"), 0o444).unwrap();
        vfs.host_mount(b"/lib/x", Content::from(b"two"), 0o444).unwrap();
        assert_eq!(vfs.host_read(b"/lib/x").unwrap().as_slice(), Some(&b"one"[..]));
    }

    #[test]
    fn a_mount_is_no_change_of_the_guest_and_another_name_of_its_file_is_one() {
        let mut vfs = Vfs::new(Layer::unix(), VfsLimits::default());
        let mark = vfs.mark();
        vfs.host_mount(b"/lib/site/a.py", Content::from(b"one"), 0o444).unwrap();
        vfs.host_renew(b"/lib/site").unwrap();
        assert!(vfs.changes(&mark).is_empty());
        let guest = Context::guest(Timespec::default());
        vfs.link(&guest, At::root(b"/lib/site/a.py"), Follow::No, At::root(b"/home/earth/b.py")).unwrap();
        assert_eq!(vfs.changes(&mark).created, [b"/home/earth/b.py"]);
        let later = vfs.mark();
        vfs.unlink(&guest, At::root(b"/home/earth/b.py")).unwrap();
        assert_eq!(vfs.changes(&later).deleted, [b"/home/earth/b.py"]);
    }

    #[test]
    fn a_renewed_directory_has_another_time() {
        let mut vfs = Vfs::new(Layer::unix(), VfsLimits::default());
        let time = |vfs: &Vfs| {
            let ino = vfs.resolve(&Context::root(Timespec::default()), At::root(b"/lib"), Follow::Yes).unwrap();
            vfs.stat(ino).unwrap().mtim
        };
        let mut seen = vec![time(&vfs)];
        for name in ["a", "b", "c"] {
            vfs.host_mount(format!("/lib/{name}/x").as_bytes(), Content::EMPTY, 0o444).unwrap();
            vfs.host_renew(b"/lib").unwrap();
            assert!(!seen.contains(&time(&vfs)));
            seen.push(time(&vfs));
        }
    }
}
