//! Files of the package store: a file is complete with the right hash, or absent.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use super::{PackageError, error::PackageContext};

/// Copies a file of the host to `path` if it has the right hash.
///
/// # Errors
/// [`PackageError::Damaged`] when the file cannot be read, [`PackageError::Hash`] when it has another hash.
pub(super) fn copy(from: &Path, path: &Path, sha256: &str) -> Result<(), PackageError> {
    let part = part(path);
    fs::copy(from, &part).or_damaged(from)?;
    finish(&part, path, sha256)
}

/// Returns the path of a file until it is complete.
fn part(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.part"))
}

/// Whether the file at `path` exists with this hash. A damaged file is downloaded again.
pub(super) fn has_hash(path: &Path, sha256: &str) -> bool {
    File::open(path).and_then(|mut file| hash(&mut file)).is_ok_and(|found| found.eq_ignore_ascii_case(sha256))
}

/// Returns the hash of a file's bytes, in hexadecimal.
fn hash(file: &mut File) -> io::Result<String> {
    let mut hash = Sha256::new();
    io::copy(file, &mut hash)?;
    Ok(format!("{:x}", hash.finalize()))
}

/// Moves a file to its place, if its hash is right.
fn finish(part: &Path, path: &Path, sha256: &str) -> Result<(), PackageError> {
    let mut file = File::open(part).or_store(part)?;
    let found = hash(&mut file).or_store(part)?;
    if !found.eq_ignore_ascii_case(sha256) {
        fs::remove_file(part).or_store(part)?;
        return Err(PackageError::Hash { path: path.to_owned(), expected: sha256.to_owned(), found });
    }
    file.sync_all().or_store(part)?;
    fs::rename(part, path).or_store(part)
}
