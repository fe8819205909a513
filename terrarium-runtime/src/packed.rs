//! A compressed file that can be read from any offset.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use zeekstd::{BytesWrapper, SeekTable};

/// The number of frames that stay decompressed: adjacent files are mostly read together.
const KEPT: usize = 4;
/// The largest size of a frame; a larger one is refused.
const MAX_FRAME: u64 = 16 << 20;

/// A file in the [seekable format] of Zstandard. It is compressed in frames, and a read decompresses only the frames
/// that it needs.
///
/// [seekable format]: https://github.com/facebook/zstd/blob/dev/contrib/seekable_format/zstd_seekable_compression_format.md
#[derive(Debug)]
pub struct Packed {
    bytes: Cow<'static, [u8]>,
    table: SeekTable,
    recent: Mutex<VecDeque<(u32, Arc<Vec<u8>>)>>,
}

impl Packed {
    /// # Errors
    ///
    /// When the bytes are no such file.
    pub(crate) fn new(bytes: Cow<'static, [u8]>) -> io::Result<Self> {
        let table = SeekTable::from_seekable(&mut BytesWrapper::new(&bytes)).map_err(io::Error::other)?;
        if table.max_frame_size_decomp() > MAX_FRAME {
            return Err(io::Error::other("a frame is larger than any that was made"));
        }
        Ok(Self { bytes, table, recent: Mutex::default() })
    }

    /// Returns the length of the content in bytes.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.table.size_decomp()
    }

    /// Whether the content is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Reads content from `offset` on into `buf`; returns the number of bytes, 0 only at the end or for an empty `buf`.
    /// A call reads from one frame, so it may return fewer bytes than there are.
    ///
    /// # Errors
    ///
    /// When a frame is damaged, which the hash in the manifest excludes.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # #[cfg(feature = "bundled")] {
    /// let library = terrarium_runtime::Runtime::bundled()?.library()?;
    /// let mut start = [0; 4];
    /// assert_eq!(library.read_at(0, &mut start)?, 4);
    /// assert_eq!(&start, b"PK\x03\x04");
    /// # }
    /// # Ok(())
    /// # }
    /// ```
    pub fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        if offset >= self.len() || buf.is_empty() {
            return Ok(0);
        }
        let index = self.table.frame_index_decomp(offset);
        let frame = self.frame(index)?;
        let start = self.table.frame_start_decomp(index).map_err(io::Error::other)?;
        let start = usize::try_from(offset - start).map_err(io::Error::other)?;
        let rest = frame.get(start..).unwrap_or_default();
        let count = rest.len().min(buf.len());
        buf[..count].copy_from_slice(&rest[..count]);
        Ok(count)
    }

    fn frame(&self, index: u32) -> io::Result<Arc<Vec<u8>>> {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, frame)) = recent.iter().find(|(kept, _)| *kept == index) {
            return Ok(Arc::clone(frame));
        }
        let place = |bytes: zeekstd::Result<u64>| {
            bytes.map_err(io::Error::other).and_then(|bytes| usize::try_from(bytes).map_err(io::Error::other))
        };
        let packed = place(self.table.frame_start_comp(index))?..place(self.table.frame_end_comp(index))?;
        let packed = self.bytes.get(packed).ok_or(io::ErrorKind::UnexpectedEof)?;
        let frame = Arc::new(zstd::bulk::decompress(packed, place(self.table.frame_size_decomp(index))?)?);
        if recent.len() == KEPT {
            recent.pop_front();
        }
        recent.push_back((index, Arc::clone(&frame)));
        Ok(frame)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use zeekstd::{EncodeOptions, FrameSizePolicy};

    use super::*;

    /// Returns `content` in frames of `frame` bytes.
    fn packed(content: &[u8], frame: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        let options = EncodeOptions::new().frame_size_policy(FrameSizePolicy::Uncompressed(frame));
        let mut encoder = options.into_encoder(&mut bytes).unwrap();
        encoder.write_all(content).unwrap();
        encoder.finish().unwrap();
        bytes
    }

    #[test]
    fn every_part_of_the_content_can_be_read_from_any_place() {
        let content: Vec<u8> = (0..5000_u32).flat_map(|number| (number / 3).to_le_bytes()).collect();
        for frame in [1000, 4096, 100_000] {
            let packed = Packed::new(packed(&content, frame).into()).unwrap();
            assert_eq!(packed.len(), content.len() as u64);
            for (offset, length) in [(0, 20_000), (7, 1), (999, 2), (12_345, 5000), (19_999, 10), (3, 0)] {
                let mut read = vec![0; length];
                let (mut done, end) = (0, content.len().min(offset + length) - offset);
                while done < end {
                    let count = packed.read_at((offset + done) as u64, &mut read[done..]).unwrap();
                    assert!(count > 0, "{done} of {end} from {offset}");
                    done += count;
                }
                assert_eq!(read[..end], content[offset..offset + end], "{length} from {offset}, frames of {frame}");
            }
            assert_eq!(packed.read_at(20_000, &mut [0; 9]).unwrap(), 0);
            assert_eq!(packed.read_at(u64::MAX, &mut [0; 9]).unwrap(), 0);
        }
    }

    #[test]
    fn damaged_and_foreign_files_are_errors() {
        assert!(Packed::new(Cow::Borrowed(b"")).is_err());
        assert!(Packed::new(Cow::Borrowed(b"PK\x03\x04 and more that is no table of frames")).is_err());
        let mut damaged = packed(&[7; 5000], 1000);
        damaged[..4].fill(0);
        let damaged = Packed::new(damaged.into()).unwrap();
        assert!(damaged.read_at(0, &mut [0; 9]).is_err());
        assert_eq!(damaged.read_at(1000, &mut [0; 9]).unwrap(), 9);
        let huge = packed(&vec![0; 20 << 20], 20 << 20);
        assert!(Packed::new(huge.into()).is_err());
    }
}
