//! Owners and modes.

use std::{
    fs::{self, File, Metadata, OpenOptions},
    io,
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _},
    path::Path,
};

/// Creates a folder and the folders above it, which only the user can read or write. It may exist.
///
/// # Errors
/// The system's.
pub(crate) fn create_dir(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Creates a file that only the user can read or write, open for writing. It must not exist.
///
/// # Errors
/// The system's.
pub(crate) fn create_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

/// Opens a file that only the user can read or write, for writing, and creates it if it does not exist.
///
/// # Errors
/// The system's.
pub(crate) fn open_or_create_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path)
}

/// Returns the reason not to trust a file or folder: another user owns it or can write to it. `None` if there is none.
pub(crate) fn distrust(metadata: &Metadata) -> Option<String> {
    let user = rustix::process::geteuid().as_raw();
    if metadata.uid() != user {
        return Some(format!("it belongs to user {}, not to user {user}", metadata.uid()));
    }
    (metadata.mode() & 0o022 != 0).then(|| format!("others may write to it (mode {:o})", metadata.mode() & 0o7777))
}
