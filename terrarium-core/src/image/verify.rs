//! Checks of image files against their hashes, with marks of earlier checks.

use std::{fs, path::Path};

use sha2::{Digest, Sha256};

use super::{fault, header::ImageHeader};
use crate::{
    Result,
    cache::{self, Cache, hex, mark},
    error::ErrorContext,
    sys::file_stamp::ChangeStamp,
};

/// Checks the machine code of a file from outside against its hash, unless it was checked lately: see [`mark`].
///
/// # Errors
/// [`Error::Image`](crate::Error::Image) for a damaged file.
pub(super) fn verify(path: &Path, header: &ImageHeader, store: &Cache) -> Result<()> {
    let file = fs::File::open(path).or_image(path, "")?;
    let stamp = ChangeStamp::new(&file.metadata().or_image(path, "")?);
    let name = cache::name(&cache::digest([path.as_os_str().as_encoded_bytes(), header.sha256.as_bytes()]));
    if mark::is_set(store, &name, &stamp, &header.sha256) {
        return Ok(());
    }
    let mut hasher = Sha256::new();
    let read = std::io::copy(&mut std::io::Read::take(&file, header.code), &mut hasher);
    let read = read.or_image(path, "")?;
    if read != header.code || hex(&hasher.finalize()) != header.sha256 {
        return Err(fault(path, "it is damaged: its machine code does not have the hash that it names"));
    }
    if file.metadata().is_ok_and(|after| ChangeStamp::new(&after) == stamp) {
        mark::set(store, &name, &stamp, &header.sha256);
    }
    Ok(())
}

/// Returns the SHA-256 of machine code in hexadecimal.
pub(super) fn hash(code: &[u8]) -> String {
    hex(&Sha256::digest(code))
}
