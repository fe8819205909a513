//! No such files: callers create a file with a name.

use std::{fs::File, io, path::Path};

/// Refuses.
///
/// # Errors
/// Always.
pub(crate) fn create(_folder: &Path) -> io::Result<File> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Refuses.
///
/// # Errors
/// Always.
pub(crate) fn give_name(_file: &File, _path: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_no_such_files() {
        let dir = tempfile::tempdir().unwrap();
        assert!(create(dir.path()).is_err());
        assert!(give_name(&tempfile::tempfile().unwrap(), &dir.path().join("x")).is_err());
    }
}
