//! [`LargeMember`]: a large member of an archive, unpacked piece by piece as it is read.
//!
//! Other members are unpacked as a whole. A large one would take its size in memory for a read of ten bytes.

use std::{
    io::{self, Read, Seek as _, SeekFrom},
    sync::{Mutex, PoisonError},
};

use flate2::{Crc, read::DeflateDecoder};
use zip::CompressionMethod;

use super::{archive::Archive, content_reader::ContentReader};
use terrarium_unix::vfs::ReadAt;

/// The bytes that are skipped at a time.
const PIECE: usize = 64 << 10;

/// A member of an archive.
pub(super) struct LargeMember {
    pub(super) archive: Archive,
    pub(super) index: usize,
    pub(super) size: u64,
    pub(super) digest: Option<[u8; 32]>,
    /// The position that was reached last: the next read is most often there.
    pub(super) reader: Mutex<Option<Reader>>,
}

/// A position in the unpacked bytes.
pub(super) struct Reader {
    bytes: Box<dyn Read + Send>,
    position: u64,
    /// The checksum of the bytes up to the position.
    crc: Crc,
    expected: u32,
}

impl LargeMember {
    /// Returns a reader at the start.
    fn start(&self) -> io::Result<Reader> {
        let mut archive = self.archive.reader();
        // Reading the first byte finds the place of the data, and refuses kinds of members that cannot be read.
        let (packed, method, expected) = {
            let mut member = archive.by_index(self.index).map_err(io::Error::other)?;
            member.read_exact(&mut [0])?;
            (member.compressed_size(), member.compression(), member.crc32())
        };
        let start = archive.by_index_raw(self.index).map_err(io::Error::other)?.data_start();
        let mut content: ContentReader = archive.into_inner();
        content.seek(SeekFrom::Start(start.ok_or(io::ErrorKind::InvalidData)?))?;
        let content = content.take(packed);
        let bytes: Box<dyn Read + Send> = match method {
            CompressionMethod::Stored => Box::new(content),
            CompressionMethod::Deflated => Box::new(DeflateDecoder::new(content)),
            _ => return Err(io::ErrorKind::Unsupported.into()),
        };
        Ok(Reader { bytes, position: 0, crc: Crc::new(), expected })
    }
}

impl Reader {
    /// Reads the next bytes; the last ones only if all bytes have the checksum of the archive's directory.
    fn next(&mut self, buf: &mut [u8], size: u64) -> io::Result<()> {
        self.bytes.read_exact(buf)?;
        self.crc.update(buf);
        self.position += buf.len() as u64;
        match self.position == size && self.crc.sum() != self.expected {
            true => Err(io::ErrorKind::InvalidData.into()),
            false => Ok(()),
        }
    }
}

impl ReadAt for LargeMember {
    fn len(&self) -> u64 {
        self.size
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let rest = self.size.saturating_sub(offset);
        let count = usize::try_from(rest).unwrap_or(usize::MAX).min(buf.len());
        if count == 0 {
            return Ok(0);
        }
        let mut kept = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        // Taken out: after a failure the next read starts again.
        let mut reader = match kept.take().filter(|reader| reader.position <= offset) {
            Some(reader) => reader,
            None => self.start()?,
        };
        let mut skipped = vec![0; if reader.position < offset { PIECE } else { 0 }];
        while reader.position < offset {
            let piece = usize::try_from(offset - reader.position).unwrap_or(PIECE).min(PIECE);
            reader.next(&mut skipped[..piece], self.size)?;
        }
        reader.next(&mut buf[..count], self.size)?;
        *kept = Some(reader);
        Ok(count)
    }

    fn digest(&self) -> Option<[u8; 32]> {
        self.digest
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::package::archive::tests::archive;
    use terrarium_unix::vfs::Content;

    fn member(bytes: &'static [u8], size: usize) -> LargeMember {
        let archive = Archive::open(Content::from(bytes)).unwrap();
        LargeMember { archive, index: 0, size: size as u64, digest: None, reader: Mutex::default() }
    }

    #[test]
    fn reads_at_any_place_give_the_bytes_of_the_member() {
        let bytes: Vec<u8> =
            (0..300_000_u32).flat_map(|n| (n.wrapping_mul(2_654_435_761) >> 20).to_le_bytes()).collect();
        let member = Arc::new(member(archive(&[("a", &bytes)]), bytes.len()));
        for (offset, length) in
            [(0, 10), (10, 100_000), (900_000, 10), (5, 10), (1_199_990, 100), (0, 1_200_000), (3, 0)]
        {
            let mut buf = vec![0; length];
            let count = member.read_at(offset as u64, &mut buf).unwrap();
            let expected = &bytes[offset..bytes.len().min(offset + length)];
            assert_eq!(&buf[..count], expected, "{offset} {length}");
        }
        assert_eq!(member.read_at(1_200_000, &mut [0; 10]).unwrap(), 0);
        assert_eq!(Content::Source(member).into_vec().unwrap(), bytes);
    }

    #[test]
    fn damage_and_a_wrong_size_are_errors() {
        let bytes: Vec<u8> =
            (0..100_000_u32).flat_map(|n| (n.wrapping_mul(2_654_435_761) >> 20).to_le_bytes()).collect();
        let mut damaged = archive(&[("a", &bytes)]).to_vec();
        damaged[5000] ^= 0xff;
        let damaged = member(Vec::leak(damaged), bytes.len());
        assert!(damaged.read_at(0, &mut vec![0; bytes.len()]).is_err());
        let longer = member(archive(&[("a", &bytes)]), bytes.len() + 1);
        assert!(longer.read_at(0, &mut vec![0; bytes.len() + 1]).is_err());
    }
}
