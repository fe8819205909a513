//! Length and time of modification: a replacement with the same values is not detected.

use std::{fs::Metadata, time::SystemTime};

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
    }
}
