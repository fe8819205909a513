//! [`Hold`]: keeps a file of the cache folder while a process uses it.

use std::{
    fs::{self, File, TryLockError},
    path::Path,
};

/// The use of a file, for as long as the value lives. The system ends it with the process.
#[derive(Debug)]
pub(crate) struct Hold {
    /// Locked, together with other users.
    _file: File,
}

impl Hold {
    /// Holds the file at `path`. `None` where the file or the lock is missing: the file then has no protection, and a
    /// process that has it open continues all the same.
    pub(crate) fn take(path: &Path) -> Option<Self> {
        let file = File::open(path).ok()?;
        // This waits only for a process that is about to remove the file.
        file.lock_shared().ok()?;
        Some(Self { _file: file })
    }
}

/// Whether a process holds the file at `path`.
pub(crate) fn is_held(path: &Path) -> bool {
    File::open(path).is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
}

/// Removes the file at `path` unless a process holds it, and returns whether it was removed.
pub(crate) fn remove_unused(path: &Path) -> bool {
    let Ok(file) = File::open(path) else { return false };
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => false,
        // A system without locks protects no file.
        _ => fs::remove_file(path).is_ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_removed_when_the_last_user_is_gone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x");
        assert!(Hold::take(&path).is_none() && !is_held(&path) && !remove_unused(&path));
        fs::write(&path, "x").unwrap();
        let holds = [Hold::take(&path), Hold::take(&path)];
        assert!(holds.iter().all(Option::is_some) && is_held(&path) && !remove_unused(&path));
        let [first, second] = holds;
        drop(first);
        assert!(!remove_unused(&path) && path.exists());
        drop(second);
        assert!(!is_held(&path) && remove_unused(&path) && !path.exists());
    }
}
