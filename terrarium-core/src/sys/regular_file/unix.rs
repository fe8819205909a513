//! Positioned reads, and opening without waiting.

use std::{
    fs::{File, Metadata, OpenOptions},
    io,
    os::unix::fs::{FileExt as _, MetadataExt as _, OpenOptionsExt as _},
    path::Path,
};

use rustix::fs::OFlags;

/// Opens a regular file, and refuses other files: the opening of a pipe would wait for its writer.
///
/// # Errors
/// The system's; `InvalidInput` for anything but a regular file.
pub(crate) fn open(path: &Path) -> io::Result<(File, Metadata)> {
    let flags = i32::try_from(OFlags::NONBLOCK.bits()).unwrap_or_default();
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    let metadata = file.metadata()?;
    match metadata.is_file() {
        true => Ok((file, metadata)),
        false => Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file")),
    }
}

/// Reads at most as many bytes as `buf` has room for, from `offset` on.
///
/// # Errors
/// The system's.
pub(crate) fn read_at(file: &File, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
    file.read_at(buf, offset)
}

/// Returns the space that a file takes on the disk, in bytes.
pub(crate) fn disk_bytes(metadata: &Metadata) -> u64 {
    metadata.blocks().saturating_mul(512)
}

/// Whether a file is executable.
pub(crate) fn is_executable(metadata: &Metadata) -> bool {
    metadata.mode() & 0o111 != 0
}
