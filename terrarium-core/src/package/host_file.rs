//! Files of the host as content, read by position.
//!
//! They are not mapped into memory: the truncation of a mapped file would end the whole process.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::sys::{file_stamp::FileStamp, regular_file};
use terrarium_unix::vfs::{Content, ReadAt};

/// Opens a file that stays open, for a file that is read in many places.
///
/// # Errors
/// The system's; `InvalidInput` for anything but a regular file.
pub(super) fn open(path: &Path) -> io::Result<Content> {
    let (file, metadata) = regular_file::open(path)?;
    Ok(Content::Source(Arc::new(Open { file, len: metadata.len() })))
}

/// Returns a file that is opened for each read, for many files that are seldom read.
///
/// `digest` is the SHA-256 of its bytes, if it is known.
///
/// # Errors
/// The system's; `InvalidInput` for anything but a regular file.
pub(super) fn on_demand(path: &Path, digest: Option<[u8; 32]>) -> io::Result<Content> {
    let metadata = std::fs::metadata(path)?;
    match metadata.is_file() {
        true => {
            Ok(Content::Source(Arc::new(OnDemand { path: path.to_owned(), stamp: FileStamp::new(&metadata), digest })))
        }
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
        regular_file::read_at(&self.file, offset, buf)
    }
}

struct OnDemand {
    path: PathBuf,
    stamp: FileStamp,
    digest: Option<[u8; 32]>,
}

impl ReadAt for OnDemand {
    fn len(&self) -> u64 {
        self.stamp.len()
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let (file, metadata) = regular_file::open(&self.path)?;
        // Sandboxes share the bytes, so they must not change during the life of a sandbox.
        if FileStamp::new(&metadata) != self.stamp {
            return Err(io::Error::other("the file has changed"));
        }
        regular_file::read_at(&file, offset, buf)
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
