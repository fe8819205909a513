//! Checks of image files against their hashes, with marks of earlier checks.

use std::{fs, path::Path};

use sha2::{Digest, Sha256};

use super::{fault, header::ImageHeader};
use crate::{
    Result,
    cache::{self, Cache, hex},
    error::ErrorContext,
    sys::file_stamp::FileStamp,
};

/// The ending of the names of marks.
pub(super) const MARK: &str = "verified";

/// Checks the machine code of a file from outside against its hash, unless an earlier check has left a mark.
///
/// # Errors
/// [`Error::Image`](crate::Error::Image) for a damaged file.
pub(super) fn verify(path: &Path, header: &ImageHeader, store: &Cache) -> Result<()> {
    let metadata = fs::metadata(path).or_image(path, "")?;
    let state = FileStamp::new(&metadata);
    let seen = format!("{state:?} {}", header.sha256);
    let mark = cache::name(&cache::digest([seen.as_bytes()])) + "." + MARK;
    // Without a trusted folder for the mark, the hash is computed each time.
    if store.find(&mark).is_ok_and(|found| found.is_some()) {
        return Ok(());
    }
    let file = fs::File::open(path).or_image(path, "")?;
    let mut hasher = Sha256::new();
    let read = std::io::copy(&mut std::io::Read::take(file, header.code), &mut hasher);
    let read = read.or_image(path, "")?;
    if read != header.code || hex(&hasher.finalize()) != header.sha256 {
        return Err(fault(path, "it is damaged: its machine code does not have the hash that it names"));
    }
    if let Err(error) = store.store(&mark, b"") {
        tracing::warn!(%error, ?path, "the image will be checked again");
    }
    Ok(())
}

/// Returns the SHA-256 of machine code in hexadecimal.
pub(super) fn hash(code: &[u8]) -> String {
    hex(&Sha256::digest(code))
}
