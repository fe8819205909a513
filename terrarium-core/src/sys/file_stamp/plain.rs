//! Length and time of modification: a file that is replaced by one with the same two is not noticed.

use std::{fs::Metadata, time::SystemTime};

/// Tells a file, and a state of it, from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct FileStamp {
    len: u64,
    modified: Option<SystemTime>,
}

impl FileStamp {
    /// The stamp of the file with this metadata.
    pub(crate) fn new(metadata: &Metadata) -> Self {
        Self { len: metadata.len(), modified: metadata.modified().ok() }
    }

    /// The file's length in bytes.
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
