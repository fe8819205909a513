//! The quota of a mount through which the guest writes to the host.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::abi::Errno;

/// The growth of a folder: bytes of content, and files and folders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QuotaUsage {
    /// Bytes.
    pub bytes: u64,
    /// Files and folders.
    pub files: u64,
}

/// The bound of a folder's growth, which all runs with the mount share.
///
/// What is removed makes room, down to zero: the folder never grows by more than the quota.
#[derive(Debug)]
pub struct MountQuota {
    most: QuotaUsage,
    used: Mutex<QuotaUsage>,
}

impl MountQuota {
    /// Makes a quota of which nothing is used.
    #[must_use]
    pub const fn new(max_bytes: u64, max_files: u64) -> Self {
        let most = QuotaUsage { bytes: max_bytes, files: max_files };
        Self { most, used: Mutex::new(QuotaUsage { bytes: 0, files: 0 }) }
    }

    /// Returns the usage.
    #[must_use]
    pub fn usage(&self) -> QuotaUsage {
        *self.locked()
    }

    /// Locks the usage. Whoever changes sizes holds the lock from the look at the old size to the end of the change.
    pub(super) fn lock(&self) -> Charge<'_> {
        Charge { most: self.most, used: self.locked() }
    }

    fn locked(&self) -> MutexGuard<'_, QuotaUsage> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A locked quota.
pub(super) struct Charge<'q> {
    most: QuotaUsage,
    used: MutexGuard<'q, QuotaUsage>,
}

impl Charge<'_> {
    /// Returns the number of bytes that the quota still allows.
    pub(super) fn free(&self) -> u64 {
        self.most.bytes.saturating_sub(self.used.bytes)
    }

    /// Checks that one more file is allowed.
    ///
    /// # Errors
    /// `ENOSPC`.
    pub(super) fn check_file(&self) -> Result<(), Errno> {
        if self.used.files < self.most.files { Ok(()) } else { Err(Errno::ENOSPC) }
    }

    /// Counts one more file.
    pub(super) fn add_file(&mut self) {
        self.used.files = self.used.files.saturating_add(1);
    }

    /// Counts a file with `bytes` bytes less.
    pub(super) fn remove_file(&mut self, bytes: u64) {
        self.used.files = self.used.files.saturating_sub(1);
        self.used.bytes = self.used.bytes.saturating_sub(bytes);
    }

    /// Counts the change of a file's size.
    pub(super) fn resize(&mut self, before: u64, after: u64) {
        self.used.bytes =
            self.used.bytes.saturating_add(after.saturating_sub(before)).saturating_sub(before.saturating_sub(after));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_never_grows_by_more_than_its_quota() {
        let quota = MountQuota::new(100, 2);
        let mut charge = quota.lock();
        charge.resize(0, 60);
        assert_eq!(charge.free(), 40);
        charge.resize(60, 10);
        assert_eq!(charge.free(), 90);
        // A large file that was there before makes no more room than was used.
        charge.remove_file(1000);
        assert_eq!(charge.free(), 100);
        charge.add_file();
        charge.add_file();
        assert_eq!(charge.check_file(), Err(Errno::ENOSPC));
        charge.remove_file(0);
        assert_eq!(charge.check_file(), Ok(()));
        drop(charge);
        assert_eq!(quota.usage(), QuotaUsage { bytes: 0, files: 1 });
    }
}
