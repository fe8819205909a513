//! Permission checks.

use super::inode::Inode;
use super::{Context, Credentials, Ino, NodeKind, Vfs};
use crate::abi::{AccessMode, Errno, FileType, S_ISVTX};

impl Inode {
    /// Whether the bits of owner, group or others allow the access.
    pub(super) fn allows(&self, cred: Credentials, wanted: AccessMode) -> bool {
        if cred.is_root() {
            let executable = self.file_type() != FileType::Regular || self.mode & 0o111 != 0;
            return executable || !wanted.contains(AccessMode::EXECUTE);
        }
        let bits = if cred.uid == self.uid {
            self.mode >> 6
        } else if cred.gid == self.gid {
            self.mode >> 3
        } else {
            self.mode
        };
        wanted.bits() & !bits & 0o7 == 0
    }

    /// Whether the caller owns the inode, as far as attributes are concerned.
    pub(super) fn owned_by(&self, cred: Credentials) -> bool {
        cred.is_root() || cred.uid == self.uid
    }
}

impl Vfs {
    /// Fails with `EACCES` unless the bits allow the access.
    pub(super) fn require(&self, ctx: &Context, ino: Ino, wanted: AccessMode) -> Result<(), Errno> {
        if self.inode(ino)?.allows(ctx.cred, wanted) { Ok(()) } else { Err(Errno::EACCES) }
    }

    /// Checks that a new entry may be made: `ENOENT` in a removed directory, `EACCES` without write and search
    /// permission.
    pub(super) fn may_create(&self, ctx: &Context, dir: Ino) -> Result<(), Errno> {
        let inode = self.inode(dir)?;
        if inode.links.is_empty() && dir != Ino::ROOT {
            return Err(Errno::ENOENT);
        }
        if inode.allows(ctx.cred, AccessMode::WRITE | AccessMode::EXECUTE) { Ok(()) } else { Err(Errno::EACCES) }
    }

    /// Checks that an entry may be removed: `EACCES` without write and search permission on the directory; `EPERM` in a
    /// sticky directory if the caller owns neither the directory nor the file; then `ENOTDIR` or `EISDIR` if it is of
    /// another kind.
    pub(super) fn may_remove(&self, ctx: &Context, dir: Ino, victim: Ino, want_dir: bool) -> Result<(), Errno> {
        let parent = self.inode(dir)?;
        let is_directory = self.kind(victim)? == NodeKind::Directory;
        // The guest owns the host's files.
        let is_owned = self.is_host(victim) || self.inode(victim)?.owned_by(ctx.cred);
        if !parent.allows(ctx.cred, AccessMode::WRITE | AccessMode::EXECUTE) {
            return Err(Errno::EACCES);
        }
        if parent.mode & S_ISVTX != 0 && !is_owned && !parent.owned_by(ctx.cred) {
            return Err(Errno::EPERM);
        }
        match (is_directory, want_dir) {
            (false, true) => Err(Errno::ENOTDIR),
            (true, false) => Err(Errno::EISDIR),
            _ => Ok(()),
        }
    }
}
