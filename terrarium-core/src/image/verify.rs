//! Which image files were checked already.

use std::{fs, path::Path};

use sha2::{Digest, Sha256};

use super::{fault, header::ImageHeader};
use crate::{Result, cache::Cache, error::ErrorContext, sys::file_stamp::FileStamp};

/// What the names of marks end in.
pub(super) const MARK: &str = "verified";

/// Check the machine code of a file that came from elsewhere against its hash, unless this file was checked before.
///
/// # Errors
/// [`Error::Image`](crate::Error::Image) for a damaged one.
pub(super) fn verify(path: &Path, header: &ImageHeader, cache: &Cache) -> Result<()> {
    let metadata = fs::metadata(path).or_image(path, "")?;
    let state = FileStamp::new(&metadata);
    let seen = Sha256::digest(format!("{state:?} {}", header.sha256));
    let mark = seen[..16].iter().map(|byte| format!("{byte:02x}")).collect::<String>() + "." + MARK;
    // Where there is no folder to note it in, or none that can be trusted, the hash is computed each time.
    if cache.find(&mark).is_ok_and(|found| found.is_some()) {
        return Ok(());
    }
    let file = fs::File::open(path).or_image(path, "")?;
    let mut hasher = Sha256::new();
    let read = std::io::copy(&mut std::io::Read::take(file, header.code), &mut hasher);
    let read = read.or_image(path, "")?;
    if read != header.code || hex(&hasher.finalize()) != header.sha256 {
        return Err(fault(path, "it is damaged: its machine code does not have the hash that it names"));
    }
    if let Err(error) = cache.store(&mark, b"") {
        tracing::warn!(%error, ?path, "the image will be checked again");
    }
    Ok(())
}

/// The SHA-256 of machine code in hexadecimal.
pub(super) fn hash(code: &[u8]) -> String {
    hex(&Sha256::digest(code))
}

fn hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
