//! Length and time of modification: a replacement with the same values is not detected.

use std::{
    fs::Metadata,
    time::{Duration, SystemTime},
};

/// The identity of a file in a certain state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct FileStamp {
    len: u64,
    modified: Option<SystemTime>,
}

impl FileStamp {
    /// Returns the stamp of the file with this metadata.
    pub(crate) fn new(metadata: &Metadata) -> Self {
        Self { len: metadata.len(), modified: metadata.modified().ok() }
    }

    /// Returns the file's length in bytes.
    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// Whether another stamp may be of the same file: the length is the same.
    pub(crate) fn is_same_file(&self, other: &Self) -> bool {
        self.len == other.len
    }
}

/// A stamp of the same values: a change that puts the time of modification back is not detected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ChangeStamp(FileStamp);

impl ChangeStamp {
    /// Returns the stamp of the file with this metadata.
    pub(crate) fn new(metadata: &Metadata) -> Self {
        Self(FileStamp::new(metadata))
    }

    /// Returns the file's length in bytes.
    pub(crate) fn len(&self) -> u64 {
        self.0.len
    }

    /// Whether the last change is older than `age`: two changes in one tick of the system's clock have the same time.
    pub(crate) fn is_older_than(&self, age: Duration) -> bool {
        self.0.modified.is_some_and(|changed| changed.elapsed().is_ok_and(|past| past > age))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_with_another_length_has_another_stamp() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        let stamp = || FileStamp::new(&std::fs::metadata(&path).unwrap());
        std::fs::write(&path, "1").unwrap();
        let first = stamp();
        assert_eq!((first, first.len()), (stamp(), 1));
        std::fs::write(&path, "12").unwrap();
        assert_ne!(first, stamp());
        assert!(!first.is_same_file(&stamp()) && stamp().is_same_file(&stamp()));
        let change = ChangeStamp::new(&std::fs::metadata(&path).unwrap());
        assert_eq!(change.len(), 2);
        assert!(!change.is_older_than(Duration::from_secs(60)) && change.is_older_than(Duration::ZERO));
    }
}
