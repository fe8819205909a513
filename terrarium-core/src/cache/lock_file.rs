//! [`LockFile`]: a file that one process, and in it one thread, holds at a time.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use crate::{
    cancel::scope,
    sys::{file_stamp::FileStamp, private_files},
};

/// The pause between two attempts.
const PAUSE: Duration = Duration::from_millis(10);

/// A held lock file. It is removed when it is released. A killed process releases it and leaves the file, which keeps
/// no other process waiting.
pub(crate) struct LockFile {
    /// `None`: the file stays.
    path: Option<PathBuf>,
    /// Locked as long as it is open.
    _file: File,
}

impl LockFile {
    /// Takes the lock, and calls `waits` once if another process or thread holds it. `None` at the deadline, and when the
    /// work of this thread must stop.
    ///
    /// # Errors
    /// The system's.
    pub(crate) fn take(path: &Path, deadline: Option<Instant>, waits: impl FnOnce()) -> io::Result<Option<Self>> {
        let mut waits = Some(waits);
        loop {
            if let Some(lock) = Self::attempt(path)? {
                return Ok(Some(lock));
            }
            if let Some(waits) = waits.take() {
                waits();
            }
            if scope::is_stopped() || deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                return Ok(None);
            }
            // A wait for the lock itself has no deadline, and a signal ends it.
            thread::sleep(PAUSE);
        }
    }

    /// Takes the lock if it is free.
    fn attempt(path: &Path) -> io::Result<Option<Self>> {
        let file = private_files::open_or_create_file(path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        // The holder before may have removed the file after it was opened here: then another may be at the path.
        let same = fs::metadata(path).is_ok_and(|there| {
            file.metadata().is_ok_and(|metadata| FileStamp::new(&metadata).is_same_file(&FileStamp::new(&there)))
        });
        Ok(same.then(|| Self { path: Some(path.to_owned()), _file: file }))
    }

    /// Leaves the file when the lock is released: it is part of its folder.
    pub(crate) fn stay(mut self) -> Self {
        self.path = None;
        self
    }

    /// Removes a lock file that no process holds.
    pub(super) fn remove_stale(path: &Path) {
        if let Ok(Some(lock)) = Self::attempt(path) {
            drop(lock);
        }
    }
}

impl Drop for LockFile {
    fn drop(&mut self) {
        // While it is held: see `attempt`.
        if let Some(path) = &self.path {
            let _ = fs::remove_file(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[test]
    fn one_thread_at_a_time_holds_it() {
        let dir = tempfile::tempdir().unwrap();
        let (path, inside) = (dir.path().join("x.lock"), AtomicU32::new(0));
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..20 {
                        let lock = LockFile::take(&path, None, || ()).unwrap();
                        assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                        thread::yield_now();
                        inside.fetch_sub(1, Ordering::SeqCst);
                        drop(lock);
                    }
                });
            }
        });
        assert!(!path.exists());
    }

    #[test]
    fn a_wait_ends_at_its_deadline_and_the_file_of_a_killed_process_is_free() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.lock");
        fs::write(&path, "").unwrap();
        let held = LockFile::take(&path, None, || panic!("it is free")).unwrap();
        let mut waited = false;
        let soon = Instant::now() + Duration::from_millis(50);
        assert!(LockFile::take(&path, Some(soon), || waited = true).unwrap().is_none() && waited);
        LockFile::remove_stale(&path);
        assert!(path.exists());
        drop(held);
        fs::write(&path, "").unwrap();
        LockFile::remove_stale(&path);
        assert!(!path.exists());
    }
}
