//! Reading, writing and sizing regular files. The caller checks what the descriptor permits.

use super::inode::Inode;
use super::{Context, Ino, Vfs};
use crate::abi::{Errno, FallocateFlags, S_ISGID, S_ISUID};

/// `S_IXGRP`: with it, the set-group bit means a change of group; without it, mandatory locking.
const GROUP_EXECUTE: u32 = 0o010;

impl Vfs {
    /// Returns the length of a regular file in bytes.
    ///
    /// # Errors
    /// `EBADF` if the inode does not exist; `EISDIR` for a directory; `EINVAL` if it is no regular file.
    pub fn size(&self, ino: Ino) -> Result<u64, Errno> {
        let ino = self.current(ino);
        if self.is_host(ino) { self.host_size(ino) } else { Ok(self.inode(ino)?.file()?.size()) }
    }

    /// Reads from an offset on, as far as the file and the buffer reach; returns the number of bytes, 0 at the end.
    ///
    /// # Errors
    /// `EBADF` if the inode does not exist; `EISDIR` for a directory; `EINVAL` if it is no regular file; `EIO` if the
    /// layer's source failed.
    pub fn read_at(&self, ino: Ino, offset: u64, buf: &mut [u8]) -> Result<usize, Errno> {
        let ino = self.current(ino);
        if self.is_host(ino) {
            self.host_read_at(ino, offset, buf)
        } else {
            self.inode(ino)?.file()?.read_at(offset, buf)
        }
    }

    /// Writes at an offset; a gap before it reads as zeros. Returns the number of bytes, which is smaller than
    /// requested when a quota or the largest file size is reached on the way.
    ///
    /// # Errors
    /// `EBADF` if the inode does not exist; `EISDIR` for a directory; `EINVAL` if it is no regular file; `EFBIG` if the
    /// largest file size leaves no room; `ENOSPC` if the quota leaves no room; `EIO` if the layer's source failed;
    /// `ENOMEM`.
    pub fn write_at(&mut self, ctx: &Context, ino: Ino, offset: u64, data: &[u8]) -> Result<usize, Errno> {
        let ino = self.raised(ctx, ino)?;
        if self.is_host(ino) {
            return self.host_write_at(ino, Some(offset), data).map(|(_, count)| count);
        }
        let file = self.inode(ino)?.file()?;
        if data.is_empty() {
            return Ok(0);
        }
        let largest = self.limits.max_file_size();
        if offset >= largest {
            return Err(Errno::EFBIG);
        }
        let free = self.limits.bytes.saturating_sub(self.usage.bytes);
        // The size to which the quota lets this file grow. The first write charges a layer's file in full.
        let reach = if file.counted { file.size().saturating_add(free) } else { free };
        if offset >= reach || (!file.counted && file.size() > free) {
            return Err(Errno::ENOSPC);
        }
        let room = usize::try_from(largest.min(reach) - offset).unwrap_or(usize::MAX);
        let data = &data[..data.len().min(room)];
        let version = self.new_version();
        self.update(ino, |inode| {
            inode.touch(ctx.now);
            drop_privileges(inode, ctx);
            let file = inode.file_mut()?;
            file.counted = true;
            file.version = version;
            file.write_at(offset, data)
        })??;
        Ok(data.len())
    }

    /// Writes at the end of a file, like [`Vfs::write_at`]. Returns the position and the number of bytes.
    ///
    /// # Errors
    /// As for [`Vfs::write_at`].
    pub fn append(&mut self, ctx: &Context, ino: Ino, data: &[u8]) -> Result<(u64, usize), Errno> {
        let ino = self.raised(ctx, ino)?;
        if self.is_host(ino) {
            return self.host_write_at(ino, None, data);
        }
        let offset = self.size(ino)?;
        Ok((offset, self.write_at(ctx, ino, offset, data)?))
    }

    /// Ensures that what was written to a file of the host is stored there. Other files are in memory.
    ///
    /// # Errors
    /// The host's.
    pub fn sync(&self, ino: Ino) -> Result<(), Errno> {
        let ino = self.current(ino);
        if self.is_host(ino) { self.host_sync(ino) } else { Ok(()) }
    }

    /// Returns the inode whose content or attributes are to be changed: a file of an overlay moves up.
    pub(super) fn raised(&mut self, ctx: &Context, ino: Ino) -> Result<Ino, Errno> {
        let ino = self.current(ino);
        if self.is_host(ino) && self.is_overlay(ino)? { self.copy_up(ctx, ino, u64::MAX) } else { Ok(ino) }
    }

    /// Truncates a file or extends it with zeros.
    ///
    /// # Errors
    /// `EBADF` if the inode does not exist; `EISDIR` for a directory; `EINVAL` if it is no regular file; `EFBIG` over
    /// the largest file size; `ENOSPC` over the quota.
    pub fn truncate(&mut self, ctx: &Context, ino: Ino, size: u64) -> Result<(), Errno> {
        let mut ino = self.current(ino);
        if self.is_host(ino) {
            if !self.is_overlay(ino)? {
                return self.host_truncate(ino, size);
            }
            ino = self.copy_up(ctx, ino, size)?;
        }
        let file = self.inode(ino)?.file()?;
        let (old, counted) = (file.size(), file.counted);
        if size > old && size > self.limits.max_file_size() {
            return Err(Errno::EFBIG);
        }
        if size != old {
            self.admit(size.saturating_sub(if counted { old } else { 0 }), 0)?;
        }
        let version = self.new_version();
        self.update(ino, |inode| {
            inode.touch(ctx.now);
            drop_privileges(inode, ctx);
            if size == old {
                return Ok(());
            }
            let file = inode.file_mut()?;
            file.counted = true;
            file.version = version;
            file.truncate(size)
        })?
    }

    /// Makes a file at least `offset + len` bytes long; always counts as a change of the file.
    ///
    /// # Errors
    /// `EBADF` if the inode does not exist; `EISDIR` for a directory; `EINVAL` if it is no regular file or `len` is 0;
    /// `ENOTSUP` if a flag is set; `EFBIG` over the largest file size; `ENOSPC` over the quota.
    pub fn fallocate(
        &mut self,
        ctx: &Context,
        ino: Ino,
        flags: FallocateFlags,
        offset: u64,
        len: u64,
    ) -> Result<(), Errno> {
        let size = self.size(ino)?;
        if len == 0 {
            return Err(Errno::EINVAL);
        }
        if !flags.is_empty() {
            return Err(Errno::ENOTSUP);
        }
        let end = offset.checked_add(len).ok_or(Errno::EFBIG)?;
        self.truncate(ctx, ino, end.max(size))
    }
}

/// Clears the set-user and set-group bits of a file that a user other than root changes.
fn drop_privileges(inode: &mut Inode, ctx: &Context) {
    if ctx.cred.is_root() {
        return;
    }
    inode.mode &= !S_ISUID;
    if inode.mode & GROUP_EXECUTE != 0 {
        inode.mode &= !S_ISGID;
    }
}
