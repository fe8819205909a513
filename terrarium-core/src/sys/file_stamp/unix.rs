//! Device and inode numbers, length and time of modification.

use std::{fs::Metadata, os::unix::fs::MetadataExt as _};

/// The identity of a file in a certain state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct FileStamp {
    device: u64,
    inode: u64,
    len: u64,
    modified: (i64, i64),
}

impl FileStamp {
    /// Returns the stamp of the file with this metadata.
    pub(crate) fn new(metadata: &Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            len: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
        }
    }

    /// Returns the file's length in bytes.
    pub(crate) fn len(&self) -> u64 {
        self.len
    }
}
