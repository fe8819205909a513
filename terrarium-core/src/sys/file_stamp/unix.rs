//! Device and inode numbers, length and time of modification.

use std::{
    fs::Metadata,
    os::unix::fs::MetadataExt as _,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

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

    /// Whether another stamp is of the same file with the same length, at any time.
    pub(crate) fn is_same_file(&self, other: &Self) -> bool {
        (self.device, self.inode, self.len) == (other.device, other.inode, other.len)
    }
}

/// A stamp that every change of the file's content alters: no program can set the time of the last change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ChangeStamp {
    file: FileStamp,
    changed: (i64, i64),
}

impl ChangeStamp {
    /// Returns the stamp of the file with this metadata.
    pub(crate) fn new(metadata: &Metadata) -> Self {
        Self { file: FileStamp::new(metadata), changed: (metadata.ctime(), metadata.ctime_nsec()) }
    }

    /// Returns the file's length in bytes.
    pub(crate) fn len(&self) -> u64 {
        self.file.len
    }

    /// Whether the last change is older than `age`: two changes in one tick of the system's clock have the same time.
    pub(crate) fn is_older_than(&self, age: Duration) -> bool {
        let seconds = u64::try_from(self.changed.0).unwrap_or_default();
        let nanoseconds = u32::try_from(self.changed.1).unwrap_or_default();
        let changed = UNIX_EPOCH + Duration::new(seconds, nanoseconds);
        SystemTime::now().duration_since(changed).is_ok_and(|past| past > age)
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, thread};

    use super::*;

    #[test]
    fn a_change_shows_even_if_the_time_of_modification_was_put_back() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        fs::write(&path, "1").unwrap();
        let stamps = || {
            let metadata = fs::metadata(&path).unwrap();
            (FileStamp::new(&metadata), ChangeStamp::new(&metadata))
        };
        let modified = fs::metadata(&path).unwrap().modified().unwrap();
        let first = stamps();
        assert!(!first.1.is_older_than(Duration::from_secs(60)) && first == stamps());
        thread::sleep(Duration::from_millis(30));
        assert!(first.1.is_older_than(Duration::from_millis(10)));
        fs::write(&path, "2").unwrap();
        fs::File::options().write(true).open(&path).unwrap().set_modified(modified).unwrap();
        assert_eq!(first.0, stamps().0);
        assert_ne!(first.1, stamps().1);
    }
}
