//! A reader over content that is read by position, for the reader of archives.

use std::io::{self, Read, Seek, SeekFrom};

use terrarium_unix::vfs::Content;

/// The size of a block: an archive's directory is read in pieces of a few bytes.
const BLOCK: usize = 16 << 10;

/// A position in content, with the block around it. A clone shares only the content.
pub(super) struct ContentReader {
    content: Content,
    position: u64,
    block: Vec<u8>,
    block_start: u64,
}

impl ContentReader {
    pub(super) fn new(content: Content) -> Self {
        Self { content, position: 0, block: Vec::new(), block_start: 0 }
    }

    fn fetch(&self, buf: &mut [u8]) -> io::Result<usize> {
        self.content.read_at(self.position, buf).map_err(io::Error::other)
    }

    /// Returns the part of the block from the position on.
    fn ahead(&self) -> &[u8] {
        let start = self.position.checked_sub(self.block_start).and_then(|start| usize::try_from(start).ok());
        start.and_then(|start| self.block.get(start..)).unwrap_or_default()
    }
}

impl Clone for ContentReader {
    fn clone(&self) -> Self {
        Self::new(self.content.clone())
    }
}

impl Read for ContentReader {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.ahead().is_empty() && buf.len() >= BLOCK {
            let count = self.fetch(buf)?;
            self.position += count as u64;
            return Ok(count);
        }
        if self.ahead().is_empty() {
            let mut block = std::mem::take(&mut self.block);
            block.resize(BLOCK, 0);
            let count = self.fetch(&mut block)?;
            block.truncate(count);
            (self.block, self.block_start) = (block, self.position);
        }
        let ahead = self.ahead();
        let count = ahead.len().min(buf.len());
        buf[..count].copy_from_slice(&ahead[..count]);
        self.position += count as u64;
        Ok(count)
    }
}

impl Seek for ContentReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::End(offset) => self.content.len().checked_add_signed(offset),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
        };
        self.position = position.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_of_any_size_give_the_same_bytes() {
        let bytes: Vec<u8> = (0..50_000_u32).map(|number| number.to_le_bytes()[0]).collect();
        for piece in [1, 7, BLOCK - 1, BLOCK, BLOCK + 1, 60_000] {
            let mut reader = ContentReader::new(Content::from(bytes.clone()));
            let mut read = Vec::new();
            let mut buf = vec![0; piece];
            loop {
                match reader.read(&mut buf).unwrap() {
                    0 => break,
                    count => read.extend_from_slice(&buf[..count]),
                }
            }
            assert!(read == bytes, "in pieces of {piece}");
        }
    }

    #[test]
    fn seeking_is_from_the_start_the_end_and_the_position() {
        let mut reader = ContentReader::new(Content::from(b"0123456789"));
        let mut byte = [0];
        for (to, expected) in [(SeekFrom::Start(3), b'3'), (SeekFrom::Current(2), b'6'), (SeekFrom::End(-1), b'9')] {
            reader.seek(to).unwrap();
            reader.read_exact(&mut byte).unwrap();
            assert_eq!(byte[0], expected);
        }
        assert!(reader.seek(SeekFrom::Current(-11)).is_err());
    }
}
