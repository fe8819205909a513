//! Locks of files that the guest writes through to the host: other runs and programs of the host heed them.
//!
//! All descriptors of the guest for a file share one descriptor of the host, so they count as one holder there, as the
//! locks of a process do. Files that the guest cannot change are not locked on the host: its programs need not wait.

use std::sync::Arc;

use super::folder::HostFile;
use super::table::MountMode;
use crate::abi::{Errno, LockKind};
use crate::vfs::{Ino, Vfs};

impl Vfs {
    fn lockable(&self, ino: Ino) -> Option<Arc<dyn HostFile>> {
        let ino = self.current(ino);
        if !self.is_host(ino) {
            return None;
        }
        let at = self.outside(ino).ok()?;
        let file = at.file.filter(|open| open.writes && at.mounted.mount.mode == MountMode::ReadWrite);
        file.map(|open| open.file)
    }

    /// Locks bytes of a file of the host up to `end`, or unlocks them; nothing for other files.
    ///
    /// # Errors
    /// `EAGAIN` when another holder excludes the lock; the host's.
    pub fn lock_host(&self, ino: Ino, kind: LockKind, start: u64, end: u64) -> Result<(), Errno> {
        self.lockable(ino).map_or(Ok(()), |file| file.lock(kind, start, end))
    }

    /// Returns a lock of another holder on the host that excludes a lock: its kind, its first byte and its end.
    ///
    /// # Errors
    /// The host's.
    pub fn locked_on_host(
        &self,
        ino: Ino,
        kind: LockKind,
        start: u64,
        end: u64,
    ) -> Result<Option<(LockKind, u64, u64)>, Errno> {
        self.lockable(ino).map_or(Ok(None), |file| file.locked(kind, start, end))
    }

    /// Locks a file of the host as a whole, as `flock` does, or unlocks it; nothing for other files.
    ///
    /// # Errors
    /// `EAGAIN` when another holder excludes the lock; the host's.
    pub fn lock_whole_host(&self, ino: Ino, kind: LockKind) -> Result<(), Errno> {
        self.lockable(ino).map_or(Ok(()), |file| file.lock_whole(kind))
    }
}
