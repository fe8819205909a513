//! No owners and modes: the location of the folder in the user's profile keeps others out.

use std::{
    fs::{self, File, Metadata, OpenOptions},
    io,
    path::Path,
};

/// Creates a folder and the folders above it. It may exist.
///
/// # Errors
/// The system's.
pub(crate) fn create_dir(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

/// Creates a file, open for writing. It must not exist.
///
/// # Errors
/// The system's.
pub(crate) fn create_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}

/// Opens a file that only the user can read or write, for writing, and creates it if it does not exist.
///
/// # Errors
/// The system's.
pub(crate) fn open_or_create_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(false).open(path)
}

/// Returns the reason not to trust a file or folder; never known here.
pub(crate) fn distrust(_metadata: &Metadata) -> Option<String> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_created_once() {
        let dir = tempfile::tempdir().unwrap();
        let inner = dir.path().join("a/b");
        create_dir(&inner).unwrap();
        create_dir(&inner).unwrap();
        create_file(&inner.join("c")).unwrap();
        assert_eq!(create_file(&inner.join("c")).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        drop(open_or_create_file(&inner.join("c")).unwrap());
        drop(open_or_create_file(&inner.join("d")).unwrap());
        assert_eq!(distrust(&fs::metadata(&inner).unwrap()), None);
    }
}
