//! Quotas: how much the writable top may hold, and how much it holds.

use crate::abi::Errno;

/// How much a [`Vfs`](super::Vfs) may hold above its layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VfsLimits {
    /// Bytes of content. Default 100 MiB.
    ///
    /// Counted are the logical sizes (holes included) of regular files that were created, given by the host or
    /// written to (a layer's file counts in full from the first change of its content on), and the targets of new
    /// symbolic links. Too much is `ENOSPC`.
    pub bytes: u64,
    /// Files, directories and links. Default 10,000.
    ///
    /// Each new inode counts one, and so does each further hard link. A deleted file counts until its last
    /// descriptor is closed. What the layer holds does not count. Too many is `ENOSPC`.
    pub inodes: u64,
    /// Bytes of a single file. Default none: `bytes` alone bounds it. Too much is `EFBIG`.
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

    /// The largest size a file may have, within what `off_t` can say.
    pub(super) fn max_file_size(&self) -> u64 {
        self.file_bytes.unwrap_or(u64::MAX).min(i64::MAX as u64)
    }
}

/// How much a [`Vfs`](super::Vfs) holds above its layer, counted as [`VfsLimits`] says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Bytes of content.
    pub bytes: u64,
    /// Inodes and further hard links.
    pub inodes: u64,
}

impl Usage {
    /// What would be used after adding.
    ///
    /// Errors: `ENOSPC` if that is more than the limits allow.
    pub(super) fn plus(self, more: Usage, limits: &VfsLimits) -> Result<Usage, Errno> {
        let bytes = self.bytes.checked_add(more.bytes).ok_or(Errno::ENOSPC)?;
        let inodes = self.inodes.checked_add(more.inodes).ok_or(Errno::ENOSPC)?;
        // What is not asked for may already be over its limit (limits can be lowered later).
        if (more.bytes > 0 && bytes > limits.bytes) || (more.inodes > 0 && inodes > limits.inodes) {
            return Err(Errno::ENOSPC);
        }
        Ok(Usage { bytes, inodes })
    }

    /// Replaces one inode's share by another.
    pub(super) fn replace(&mut self, before: Usage, after: Usage) {
        self.bytes = self.bytes.saturating_sub(before.bytes).saturating_add(after.bytes);
        self.inodes = self.inodes.saturating_sub(before.inodes).saturating_add(after.inodes);
    }
}
