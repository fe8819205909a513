//! Packs files of the guest: a zip archive with uncompressed members, which is compressed as a whole in frames. That is
//! a third smaller than an archive of compressed members, and every member can still be read separately.

use std::io::{Cursor, Write};

use anyhow::{Context, Result};
use zeekstd::{EncodeOptions, FrameSizePolicy};
use zip::{CompressionMethod, ZipArchive, ZipWriter, write::SimpleFileOptions};

/// The bytes of a frame, which every read in it decompresses: half a millisecond.
const FRAME: u32 = 512 << 10;
const LEVEL: i32 = 19;

/// An archive being made.
pub(super) struct Packer(ZipWriter<Cursor<Vec<u8>>>);

impl Packer {
    pub(super) fn new() -> Self {
        Self(ZipWriter::new(Cursor::new(Vec::new())))
    }

    /// Adds a file under its path in the guest, without the first slash.
    pub(super) fn add(&mut self, path: &str, bytes: &[u8]) -> Result<()> {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        self.0.start_file(path, options)?;
        Ok(self.0.write_all(bytes)?)
    }

    /// Returns the bytes of the packed archive, the same for the same files.
    pub(super) fn finish(self) -> Result<Vec<u8>> {
        let archive = self.0.finish()?.into_inner();
        // Every process reads the directory and mostly nothing else, so the directory has a separate frame.
        let start = usize::try_from(ZipArchive::new(Cursor::new(&archive))?.central_directory_start())?;
        let (members, directory) = archive.split_at_checked(start).context("the directory is not in the archive")?;
        let mut packed = Vec::new();
        let options = EncodeOptions::new().compression_level(LEVEL);
        let mut encoder = options.frame_size_policy(FrameSizePolicy::Uncompressed(FRAME)).into_encoder(&mut packed)?;
        encoder.write_all(members)?;
        encoder.end_frame()?;
        encoder.write_all(directory)?;
        encoder.finish()?;
        Ok(packed)
    }
}
