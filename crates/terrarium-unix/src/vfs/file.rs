//! The content of a regular file: its initial bytes, and the chunks written since.
//!
//! Chunks keep every operation small for files of any size. A write copies at most the chunks that it touches, growing
//! a file allocates nothing, and a fork shares all chunks until one side writes to them.

use super::Content;
use crate::abi::Errno;
use std::sync::Arc;

/// Size of a chunk in bytes.
pub(super) const CHUNK: usize = 64 << 10;

/// A regular file's content.
#[derive(Clone, Debug)]
pub(super) struct FileData {
    /// The file's initial content.
    base: Content,
    /// The length of the visible part of the base; truncation lowers it.
    visible: u64,
    /// Length in bytes. A range with neither a chunk nor base is zeros.
    size: u64,
    /// Written chunks, in place of the base; a short chunk continues with zeros.
    chunks: Vec<Option<Arc<Vec<u8>>>>,
    /// Whether it counts against the quota: false for an untouched file of a layer.
    pub(super) counted: bool,
    /// A number that changes with every change of the content, for comparisons with a mark.
    pub(super) version: u64,
}

impl FileData {
    /// Makes a file with this initial content.
    pub(super) fn new(base: Content, counted: bool, version: u64) -> FileData {
        let size = base.len();
        FileData { base, visible: size, size, chunks: Vec::new(), counted, version }
    }

    /// Returns the length in bytes.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// Reads from an offset on; returns the number of bytes.
    pub(super) fn read_at(&self, offset: u64, buf: &mut [u8]) -> Result<usize, Errno> {
        let rest = self.size.saturating_sub(offset);
        let count = usize::try_from(rest).unwrap_or(usize::MAX).min(buf.len());
        let mut done = 0;
        while done < count {
            let at = offset + done as u64;
            let (index, start) = locate(at)?;
            let part = (CHUNK - start).min(count - done);
            let out = &mut buf[done..done + part];
            match self.chunks.get(index).and_then(Option::as_ref) {
                Some(chunk) => {
                    let bytes = chunk.get(start..).unwrap_or(&[]);
                    let known = bytes.len().min(part);
                    out[..known].copy_from_slice(&bytes[..known]);
                    out[known..].fill(0);
                }
                None => self.read_base(at, out)?,
            }
            done += part;
        }
        Ok(count)
    }

    /// Fills the buffer with the visible part of the base at an offset, and with zeros behind it.
    fn read_base(&self, offset: u64, out: &mut [u8]) -> Result<(), Errno> {
        let rest = self.visible.saturating_sub(offset);
        let known = usize::try_from(rest).unwrap_or(usize::MAX).min(out.len());
        let (head, tail) = out.split_at_mut(known);
        let read = self.base.read_at(offset, head)?;
        head[read..].fill(0);
        tail.fill(0);
        Ok(())
    }

    /// Writes all of `data` at an offset, with zeros in a gap before it. The caller has checked the quota.
    ///
    /// # Errors
    /// `EIO` if the base cannot be read; `ENOMEM`. Bytes written before the error remain.
    pub(super) fn write_at(&mut self, offset: u64, data: &[u8]) -> Result<(), Errno> {
        let mut done = 0;
        while done < data.len() {
            let at = offset + done as u64;
            let (index, start) = locate(at)?;
            let part = (CHUNK - start).min(data.len() - done);
            let piece = &data[done..done + part];
            let whole = start == 0 && at + part as u64 >= self.size;
            let chunk = self.chunk_mut(index, whole || part == CHUNK)?;
            let end = start + part;
            if chunk.capacity() < end {
                // Doubles, but never beyond a chunk: a small file must not take a multiple of its size.
                let capacity = (chunk.capacity() * 2).clamp(end, CHUNK);
                chunk.reserve_exact(capacity - chunk.len());
            }
            if chunk.len() < start {
                chunk.resize(start, 0);
            }
            let overlap = (chunk.len() - start).min(part);
            chunk[start..start + overlap].copy_from_slice(&piece[..overlap]);
            chunk.extend_from_slice(&piece[overlap..]);
            done += part;
            self.size = self.size.max(at + part as u64);
        }
        Ok(())
    }

    /// Returns the chunk with this index. A missing chunk is copied from the base, unless all of it is overwritten.
    fn chunk_mut(&mut self, index: usize, overwritten: bool) -> Result<&mut Vec<u8>, Errno> {
        if self.chunks.len() <= index {
            self.chunks.try_reserve(index + 1 - self.chunks.len()).map_err(|_| Errno::ENOMEM)?;
            self.chunks.resize(index + 1, None);
        }
        if self.chunks[index].is_none() {
            let start = index as u64 * CHUNK as u64;
            let rest = self.visible.saturating_sub(start);
            let known = if overwritten { 0 } else { usize::try_from(rest).unwrap_or(usize::MAX).min(CHUNK) };
            let mut bytes = vec![0; known];
            self.read_base(start, &mut bytes)?;
            self.chunks[index] = Some(Arc::new(bytes));
        }
        self.chunks[index].as_mut().map(Arc::make_mut).ok_or(Errno::EIO)
    }

    /// Truncates the file or extends it with zeros. The caller has checked the quota.
    pub(super) fn truncate(&mut self, size: u64) -> Result<(), Errno> {
        if size < self.size {
            self.visible = self.visible.min(size);
            let (index, start) = locate(size)?;
            self.chunks.truncate(index.saturating_add(usize::from(start > 0)));
            self.chunks.shrink_to_fit();
            if let Some(Some(chunk)) = self.chunks.get_mut(index)
                && chunk.len() > start
            {
                // A copy of the exact size, so that a short file does not keep a long buffer.
                *chunk = Arc::new(chunk[..start].to_vec());
            }
            self.let_go_of_base()?;
        }
        self.size = size;
        Ok(())
    }

    /// Copies the visible part of the base if it is the smaller part, so that a short file does not keep a long base
    /// alive.
    fn let_go_of_base(&mut self) -> Result<(), Errno> {
        if self.base.as_slice().is_none() || self.visible > self.base.len() / 2 {
            return Ok(());
        }
        for index in 0..self.visible.div_ceil(CHUNK as u64) {
            self.chunk_mut(usize::try_from(index).map_err(|_| Errno::EFBIG)?, false)?;
        }
        self.visible = 0;
        self.base = Content::EMPTY;
        Ok(())
    }

    /// Returns a chunk that was written.
    pub(super) fn chunk(&self, index: usize) -> Option<&Arc<Vec<u8>>> {
        self.chunks.get(index).and_then(Option::as_ref)
    }

    /// Returns the initial content.
    pub(super) fn base(&self) -> &Content {
        &self.base
    }

    /// Returns the number of bytes that the base has in a chunk that was not written.
    pub(super) fn base_in(&self, index: usize) -> usize {
        let rest = self.visible.saturating_sub(index as u64 * CHUNK as u64);
        usize::try_from(rest).unwrap_or(usize::MAX).min(CHUNK)
    }

    /// Returns all bytes for the host, shared where they are in one piece.
    ///
    /// # Errors
    /// `EIO` if the base cannot be read; `ENOMEM` if there is no memory for them.
    pub(super) fn content(&self) -> Result<Content, Errno> {
        if self.chunks.iter().all(Option::is_none) && self.visible == self.size && self.base.len() == self.size {
            return Ok(self.base.clone());
        }
        if let [Some(chunk)] = self.chunks.as_slice()
            && chunk.len() as u64 == self.size
        {
            return Ok(Content::Owned(chunk.clone()));
        }
        let size = usize::try_from(self.size).map_err(|_| Errno::ENOMEM)?;
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(size).map_err(|_| Errno::ENOMEM)?;
        while bytes.len() < size {
            let start = bytes.len();
            let part = (size - start).min(CHUNK);
            match self.chunks.get(start / CHUNK).and_then(Option::as_ref) {
                Some(chunk) => {
                    bytes.extend_from_slice(&chunk[..chunk.len().min(part)]);
                    bytes.resize(start + part, 0);
                }
                None => {
                    bytes.resize(start + part, 0);
                    self.read_base(start as u64, &mut bytes[start..])?;
                }
            }
        }
        Ok(bytes.into())
    }
}

/// Returns the chunk that holds an offset, and the offset in it.
pub(super) fn locate(offset: u64) -> Result<(usize, usize), Errno> {
    let index = usize::try_from(offset / CHUNK as u64).map_err(|_| Errno::EFBIG)?;
    Ok((index, (offset % CHUNK as u64) as usize))
}
