//! Files of the host as content, read by position.
//!
//! They are not mapped into memory: a file that somebody cuts short would then stop the whole process.

use std::{
    fs::{File, Metadata, OpenOptions},
    io,
    os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::Arc,
};

use rustix::fs::OFlags;

use crate::vfs::{Content, ReadAt};

/// A file that stays open, for one that is read in many places.
///
/// # Errors
/// The system's; `InvalidInput` for what is no regular file.
pub(super) fn open(path: &Path) -> io::Result<Content> {
    let (file, metadata) = open_regular(path)?;
    Ok(Content::Source(Arc::new(Open { file, len: metadata.len() })))
}

/// A file that is opened for each read, for one of many that are seldom read.
///
/// `digest` is the SHA-256 of its bytes, where somebody wrote it down.
///
/// # Errors
/// The system's; `InvalidInput` for what is no regular file.
pub(super) fn on_demand(path: &Path, digest: Option<[u8; 32]>) -> io::Result<Content> {
    let metadata = std::fs::metadata(path)?;
    match metadata.is_file() {
        true => Ok(Content::Source(Arc::new(OnDemand { path: path.to_owned(), stamp: Stamp::of(&metadata), digest }))),
        false => Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file")),
    }
}

/// Open a file, but nothing else: a pipe would wait for somebody who writes.
///
/// # Errors
/// The system's; `InvalidInput` for what is no regular file.
pub(super) fn open_regular(path: &Path) -> io::Result<(File, Metadata)> {
    let flags = i32::try_from(OFlags::NONBLOCK.bits()).unwrap_or_default();
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    let metadata = file.metadata()?;
    match metadata.is_file() {
        true => Ok((file, metadata)),
        false => Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file")),
    }
}

struct Open {
    file: File,
    len: u64,
}

impl ReadAt for Open {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        self.file.read_at(buf, offset)
    }
}

/// Tells a file, and a state of it, from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Stamp {
    device: u64,
    inode: u64,
    len: u64,
    modified: (i64, i64),
}

impl Stamp {
    pub(super) fn of(metadata: &Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            len: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
        }
    }
}

struct OnDemand {
    path: PathBuf,
    stamp: Stamp,
    digest: Option<[u8; 32]>,
}

impl ReadAt for OnDemand {
    fn len(&self) -> u64 {
        self.stamp.len
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let (file, metadata) = open_regular(&self.path)?;
        // Sandboxes share the bytes, so they must not change while there are sandboxes.
        if Stamp::of(&metadata) != self.stamp {
            return Err(io::Error::other("the file has changed"));
        }
        file.read_at(buf, offset)
    }

    fn digest(&self) -> Option<[u8; 32]> {
        self.digest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_changed_meanwhile_is_not_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.py");
        std::fs::write(&path, "x = 1").unwrap();
        let content = on_demand(&path, None).unwrap();
        assert_eq!(content.clone().into_vec().unwrap(), b"x = 1");
        std::fs::write(&path, "x = 22").unwrap();
        assert!(content.into_vec().is_err());
    }

    #[test]
    fn a_pipe_is_no_file_and_nobody_waits_for_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.whl");
        rustix::fs::mknodat(rustix::fs::CWD, &path, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
        assert_eq!(open(&path).err().unwrap().kind(), io::ErrorKind::InvalidInput);
    }

    #[test]
    fn a_folder_is_no_file() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(open(dir.path()).err().unwrap().kind(), io::ErrorKind::InvalidInput);
        assert_eq!(on_demand(dir.path(), None).unwrap_err().kind(), io::ErrorKind::InvalidInput);
    }
}
