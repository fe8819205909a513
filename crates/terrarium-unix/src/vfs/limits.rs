//! Quotas: the limits of the writable top, and its usage.

use crate::abi::Errno;

/// The limits of a [`Vfs`](super::Vfs) above its layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VfsLimits {
    /// Bytes of content. Default 100 MiB.
    ///
    /// Counts the logical sizes (with holes) of regular files that were created, given by the host or written to, and
    /// the targets of new symbolic links. A layer's file counts in full from the first change of its content on. Beyond
    /// the limit, calls fail with `ENOSPC`.
    pub bytes: u64,
    /// Files, directories and links. Default 10,000.
    ///
    /// Each new inode counts one, and so does each further hard link. A deleted file counts until its last descriptor
    /// is closed. The layer's content does not count. Beyond the limit, calls fail with `ENOSPC`.
    pub inodes: u64,
    /// Bytes of a single file. Default none: only `bytes` bounds it. Beyond the limit, calls fail with `EFBIG`.
    pub file_bytes: Option<u64>,
}

impl Default for VfsLimits {
    fn default() -> VfsLimits {
        VfsLimits { bytes: 100 << 20, inodes: 10_000, file_bytes: None }
    }
}

impl VfsLimits {
    /// No limits; for building layers from trusted sources.
    pub const UNLIMITED: VfsLimits = VfsLimits { bytes: u64::MAX, inodes: u64::MAX, file_bytes: None };

    /// Returns the largest size of a file, within the range of `off_t`.
    pub(super) fn max_file_size(&self) -> u64 {
        self.file_bytes.unwrap_or(u64::MAX).min(i64::MAX as u64)
    }
}

/// The usage of a [`Vfs`](super::Vfs) above its layer, counted as [`VfsLimits`] describes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Bytes of content.
    pub bytes: u64,
    /// Inodes and further hard links.
    pub inodes: u64,
}

impl Usage {
    /// Returns the usage after an addition.
    ///
    /// # Errors
    /// `ENOSPC` if that is more than the limits allow.
    pub(super) fn plus(self, more: Usage, limits: &VfsLimits) -> Result<Usage, Errno> {
        let bytes = self.bytes.checked_add(more.bytes).ok_or(Errno::ENOSPC)?;
        let inodes = self.inodes.checked_add(more.inodes).ok_or(Errno::ENOSPC)?;
        // A part that does not grow may already be over its limit (limits can be lowered later).
        if (more.bytes > 0 && bytes > limits.bytes) || (more.inodes > 0 && inodes > limits.inodes) {
            return Err(Errno::ENOSPC);
        }
        Ok(Usage { bytes, inodes })
    }

    /// Replaces one inode's share.
    pub(super) fn replace(&mut self, before: Usage, after: Usage) {
        self.bytes = self.bytes.saturating_sub(before.bytes).saturating_add(after.bytes);
        self.inodes = self.inodes.saturating_sub(before.inodes).saturating_add(after.inodes);
    }
}
