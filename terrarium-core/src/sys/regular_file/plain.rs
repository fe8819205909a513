//! Seeks before reads, under a lock: readers of one file wait for each other.

use std::{
    fs::{self, File, Metadata},
    io::{self, Read as _, Seek as _, SeekFrom},
    path::Path,
    sync::{Mutex, PoisonError},
};

/// Opens a regular file, and refuses other files.
///
/// # Errors
/// The system's; `InvalidInput` for anything but a regular file.
pub(crate) fn open(path: &Path) -> io::Result<(File, Metadata)> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"));
    }
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    Ok((file, metadata))
}

/// Reads at most as many bytes as `buf` has room for, from `offset` on.
///
/// # Errors
/// The system's.
pub(crate) fn read_at(mut file: &File, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
    // All users of a descriptor share its position.
    static POSITION: Mutex<()> = Mutex::new(());
    let _position = POSITION.lock().unwrap_or_else(PoisonError::into_inner);
    file.seek(SeekFrom::Start(offset))?;
    file.read(buf)
}

/// Returns the length of a file, in place of the space that it takes.
pub(crate) fn disk_bytes(metadata: &Metadata) -> u64 {
    metadata.len()
}

/// Whether a file is executable; never known here.
pub(crate) fn is_executable(_metadata: &Metadata) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_are_by_position_and_folders_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(open(dir.path()).unwrap_err().kind(), io::ErrorKind::InvalidInput);
        let path = dir.path().join("a");
        fs::write(&path, "0123456789").unwrap();
        let (file, metadata) = open(&path).unwrap();
        assert_eq!((metadata.len(), disk_bytes(&metadata), is_executable(&metadata)), (10, 10, false));
        let mut buf = [0; 3];
        for offset in [4, 0, 7] {
            assert_eq!(read_at(&file, offset, &mut buf).unwrap(), 3);
            assert_eq!(buf[0], b'0' + u8::try_from(offset).unwrap());
        }
        assert_eq!(read_at(&file, 10, &mut buf).unwrap(), 0);
    }
}
