//! Files of the host as content, read by position.
//!
//! They are not mapped into memory: the truncation of a mapped file would end the whole process.

use std::{
    collections::VecDeque,
    fs::{File, Metadata},
    io::{self, Read as _},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use crate::sys::{file_stamp::FileStamp, regular_file};
use terrarium_unix::vfs::{Content, ReadAt};

/// The most files that stay open. More are opened again when they are read: sets of packages may change all the time.
const MAX_OPEN: usize = 192;

/// The open files, the one that was opened first at the front.
static OPEN: Mutex<VecDeque<Arc<File>>> = Mutex::new(VecDeque::new());

fn open_files() -> MutexGuard<'static, VecDeque<Arc<File>>> {
    OPEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Opens a file that mostly stays open, for a file that is read in many places.
///
/// # Errors
/// The system's; `InvalidInput` for anything but a regular file.
pub(super) fn open(path: &Path) -> io::Result<Content> {
    let (file, metadata) = open_one_more(path)?;
    let content = Open { path: path.to_owned(), stamp: FileStamp::new(&metadata), file: Mutex::default() };
    content.keep(file);
    Ok(Content::Source(Arc::new(content)))
}

/// Opens a file that stays open as long as its content is in use: it is read after its removal too.
///
/// # Errors
/// The system's; `InvalidInput` for anything but a regular file.
pub(super) fn pinned(path: &Path) -> io::Result<Content> {
    let (file, metadata) = open_one_more(path)?;
    Ok(Content::Source(Arc::new(Pinned { file, len: metadata.len() })))
}

/// Opens a file; if the process has too many open files, some of those here are closed.
fn open_one_more(path: &Path) -> io::Result<(File, Metadata)> {
    regular_file::open(path).or_else(|error| {
        let kept: Vec<_> = {
            let mut open = open_files();
            let half = open.len() / 2;
            open.drain(..half).collect()
        };
        match kept.is_empty() || error.kind() == io::ErrorKind::NotFound {
            true => Err(error),
            false => {
                drop(kept);
                regular_file::open(path)
            }
        }
    })
}

/// Returns the bytes of a file with at most `limit` bytes.
///
/// # Errors
/// The system's; `InvalidInput` for anything but a regular file, and for a larger one.
pub(super) fn read(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let (file, _) = regular_file::open(path)?;
    let mut bytes = Vec::new();
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > limit {
        true => Err(io::Error::new(io::ErrorKind::InvalidInput, format!("it has more than {limit} bytes"))),
        false => Ok(bytes),
    }
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
    path: PathBuf,
    stamp: FileStamp,
    /// The file, while it is among the open ones.
    file: Mutex<Weak<File>>,
}

impl Open {
    fn current(&self) -> MutexGuard<'_, Weak<File>> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, file: File) -> Arc<File> {
        let file = Arc::new(file);
        *self.current() = Arc::downgrade(&file);
        let mut open = open_files();
        open.push_back(Arc::clone(&file));
        let oldest = if open.len() > MAX_OPEN { open.pop_front() } else { None };
        drop(open);
        drop(oldest);
        file
    }

    fn file(&self) -> io::Result<Arc<File>> {
        if let Some(file) = self.current().upgrade() {
            return Ok(file);
        }
        let (file, metadata) = open_one_more(&self.path)?;
        match FileStamp::new(&metadata).is_same_file(&self.stamp) {
            true => Ok(self.keep(file)),
            false => Err(io::Error::other("another file has replaced it")),
        }
    }
}

impl ReadAt for Open {
    fn len(&self) -> u64 {
        self.stamp.len()
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        regular_file::read_at(&*self.file()?, offset, buf)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if let Some(file) = self.current().upgrade() {
            open_files().retain(|open| !Arc::ptr_eq(open, &file));
        }
    }
}

struct Pinned {
    file: File,
    len: u64,
}

impl ReadAt for Pinned {
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
    fn many_files_are_read_through_few_descriptors() {
        let dir = tempfile::tempdir().unwrap();
        let write = |number: usize| {
            let path = dir.path().join(number.to_string());
            std::fs::write(&path, number.to_string()).unwrap();
            open(&path).unwrap()
        };
        let contents: Vec<_> = (0..3 * MAX_OPEN).map(write).collect();
        assert!(open_files().len() <= MAX_OPEN);
        for (number, content) in contents.iter().enumerate() {
            assert_eq!(content.clone().into_vec().unwrap(), number.to_string().as_bytes());
        }
        assert!(open_files().len() <= MAX_OPEN);
        let last = dir.path().join((contents.len() - 1).to_string());
        std::fs::remove_file(&last).unwrap();
        assert!(contents.last().unwrap().clone().into_vec().is_ok(), "an open file is read after its removal");
        let first = dir.path().join("0");
        std::fs::write(dir.path().join("new"), "9").unwrap();
        std::fs::rename(dir.path().join("new"), &first).unwrap();
        assert!(contents[0].clone().into_vec().is_err(), "another file at the path is not read");
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
