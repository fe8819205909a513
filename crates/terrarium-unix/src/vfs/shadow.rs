//! Memory that shows a part of a file: changes of either side reach the other.
//!
//! A mapping of a file is a copy in memory. A [`Shadow`] is the file's part as it was when the two were last equal. It
//! shares its bytes with the file, and shows which side has changed since: bytes of the memory that differ from the
//! shadow were written there, and only they go to the file. Of a file of the host the shadow has sums of the bytes
//! instead, because a copy would take as much memory as the mapping.

use std::sync::Arc;

use super::file::{CHUNK, FileData, locate};
use super::mounts::Sums;
use super::{Content, Context, Ino, Vfs};
use crate::abi::Errno;

/// A part of a file as it was when memory and file were last equal.
#[derive(Clone, Debug)]
pub struct Shadow(Kind);

/// The form of a shadow.
#[derive(Clone, Debug)]
enum Kind {
    /// Of a file in memory.
    Bytes(Bytes),
    /// Of a file of the host.
    Sums(Sums),
}

/// A part of a file in memory, with which it shares its bytes.
#[derive(Clone, Debug)]
struct Bytes {
    base: Content,
    /// The length of the whole file.
    size: u64,
    /// The index of the first chunk.
    first: usize,
    chunks: Vec<Chunk>,
}

/// A chunk of a file.
#[derive(Clone, Debug)]
enum Chunk {
    /// Written bytes; zeros follow.
    Written(Arc<Vec<u8>>),
    /// This many bytes of the base; zeros follow.
    Base(usize),
}

impl Chunk {
    fn of(file: &FileData, index: usize) -> Chunk {
        match file.chunk(index) {
            Some(bytes) => Chunk::Written(Arc::clone(bytes)),
            None => Chunk::Base(file.base_in(index)),
        }
    }

    fn is_of(&self, file: &FileData, index: usize) -> bool {
        match (self, file.chunk(index)) {
            (Chunk::Written(ours), Some(theirs)) => Arc::ptr_eq(ours, theirs),
            (Chunk::Base(count), None) => *count == file.base_in(index),
            _ => false,
        }
    }

    /// Forgets the bytes from `length` on.
    fn truncate(&mut self, length: usize) {
        match self {
            Chunk::Written(bytes) if bytes.len() > length => *bytes = Arc::new(bytes[..length].to_vec()),
            Chunk::Written(_) => {}
            Chunk::Base(count) => *count = length.min(*count),
        }
    }
}

impl Bytes {
    fn new(file: &FileData, offset: u64, length: u64) -> Result<Bytes, Errno> {
        let (first, _) = locate(offset)?;
        // Chunks beyond the end of the file are added when the file has grown.
        let end = offset.saturating_add(length).min(file.size());
        let last = locate(end.saturating_sub(1).max(offset))?.0;
        let chunks = (first..=last).map(|index| Chunk::of(file, index)).collect();
        Ok(Bytes { base: file.base().clone(), size: file.size(), first, chunks })
    }

    fn chunk(&self, index: usize) -> Option<&Chunk> {
        self.chunks.get(index.checked_sub(self.first)?)
    }

    fn set_chunk(&mut self, index: usize, chunk: Chunk) {
        let Some(place) = index.checked_sub(self.first) else { return };
        if self.chunks.len() <= place {
            self.chunks.resize(place + 1, Chunk::Base(0));
        }
        self.chunks[place] = chunk;
    }

    /// Fills the buffer with a chunk's bytes from `start` on.
    fn read(&self, index: usize, start: usize, out: &mut [u8]) -> Result<(), Errno> {
        let known = match self.chunk(index) {
            Some(Chunk::Written(bytes)) => {
                let bytes = bytes.get(start..).unwrap_or_default();
                let known = bytes.len().min(out.len());
                out[..known].copy_from_slice(&bytes[..known]);
                known
            }
            Some(Chunk::Base(count)) => {
                let known = count.saturating_sub(start).min(out.len());
                self.base.read_at((index * CHUNK + start) as u64, &mut out[..known])?
            }
            None => 0,
        };
        out[known..].fill(0);
        Ok(())
    }

    fn resize(&mut self, size: u64) {
        for (place, chunk) in self.chunks.iter_mut().enumerate() {
            let start = (self.first + place) as u64 * CHUNK as u64;
            chunk.truncate(usize::try_from(size.saturating_sub(start)).unwrap_or(usize::MAX).min(CHUNK));
        }
        self.size = size;
    }
}

impl Vfs {
    /// Returns the present content of `length` bytes of a regular file, which `seen` shows.
    ///
    /// # Errors
    /// `EBADF` if the inode does not exist; `EISDIR` for a directory; `EINVAL` if it is no regular file; `EFBIG` for an
    /// offset beyond all files.
    pub fn shadow(&self, ino: Ino, offset: u64, length: u64, seen: &[u8]) -> Result<Shadow, Errno> {
        let ino = self.current(ino);
        if !self.is_host(ino) {
            return Ok(Shadow(Kind::Bytes(Bytes::new(self.inode(ino)?.file()?, offset, length)?)));
        }
        let mut sums = Sums::of_size(self.size(ino)?);
        let inside = usize::try_from(sums.size.saturating_sub(offset)).unwrap_or(usize::MAX).min(seen.len());
        let (first, _) = locate(offset)?;
        for (index, bytes) in (first..).zip(seen[..inside].chunks(CHUNK)) {
            sums.note(index, bytes);
        }
        Ok(Shadow(Kind::Sums(sums)))
    }

    /// Charges a file to the quota, so that later writes within its size cannot fail for lack of room.
    ///
    /// # Errors
    /// As for [`Vfs::size`]; `ENOSPC` if the quota leaves no room.
    pub fn charge(&mut self, ctx: &Context, ino: Ino) -> Result<(), Errno> {
        let ino = self.raised(ctx, ino)?;
        if self.is_host(ino) {
            return Ok(());
        }
        let file = self.inode(ino)?.file()?;
        if file.counted {
            return Ok(());
        }
        self.admit(file.size(), 0)?;
        self.update(ino, |inode| inode.file_mut().map(|file| file.counted = true))?
    }

    /// Gives a shadow the length of its file. If it had another, returns the shorter of the two: from there on, nothing
    /// that is in the memory belongs to the file.
    ///
    /// # Errors
    /// As for [`Vfs::size`].
    pub fn resize_shadow(&self, ino: Ino, shadow: &mut Shadow) -> Result<Option<u64>, Errno> {
        let size = self.size(ino)?;
        let old = match &mut shadow.0 {
            Kind::Bytes(shadow) => {
                let old = shadow.size;
                if size != old {
                    shadow.resize(size);
                }
                old
            }
            Kind::Sums(sums) => std::mem::replace(&mut sums.size, size),
        };
        Ok((size != old).then_some(size.min(old)))
    }

    /// Makes a file's part at `offset` and the memory that shows it equal. Bytes that were written to the memory reach
    /// the file if `writes`, and all others come from the file. Bytes beyond the end of the file are left as they are.
    ///
    /// # Errors
    /// As for [`Vfs::write_at`]. Changes that could not be written remain, and are written by a later call.
    pub fn settle(
        &mut self,
        ctx: &Context,
        ino: Ino,
        shadow: &mut Shadow,
        offset: u64,
        memory: &mut [u8],
        writes: bool,
    ) -> Result<(), Errno> {
        let ino = self.current(ino);
        let shadow = match &mut shadow.0 {
            Kind::Sums(sums) => return self.settle_sums(ctx, ino, sums, offset, memory, writes),
            Kind::Bytes(shadow) => shadow,
        };
        let mut known = Vec::new();
        let mut at = offset;
        let mut rest = memory;
        while !rest.is_empty() {
            let (index, start) = locate(at)?;
            let file = self.inode(ino)?.file()?;
            let inside = usize::try_from(file.size().saturating_sub(at)).unwrap_or(usize::MAX);
            let part = (CHUNK - start).min(rest.len()).min(inside);
            if part == 0 {
                break;
            }
            let (piece, tail) = rest.split_at_mut(part);
            known.resize(part, 0);
            shadow.read(index, start, &mut known)?;
            let is_same = shadow.chunk(index).is_some_and(|chunk| chunk.is_of(file, index));
            if !is_same || (writes && piece != known.as_slice()) {
                // `known` is the file's part from here on, and `old` the shadow's where the two differ.
                let old = (!is_same).then(|| known.clone());
                if !is_same {
                    file.read_at(at, &mut known)?;
                }
                let written = if writes { overlay(&mut known, old.as_deref(), piece) } else { 0..0 };
                let mut done = written.start;
                while done < written.end {
                    let count = self.write_at(ctx, ino, at + done as u64, &known[done..written.end])?;
                    done += count.max(1);
                }
                piece.copy_from_slice(&known);
                shadow.set_chunk(index, Chunk::of(self.inode(ino)?.file()?, index));
            }
            at += part as u64;
            rest = tail;
        }
        Ok(())
    }
}

impl Vfs {
    fn settle_sums(
        &mut self,
        ctx: &Context,
        ino: Ino,
        sums: &mut Sums,
        offset: u64,
        memory: &mut [u8],
        writes: bool,
    ) -> Result<(), Errno> {
        let inside = usize::try_from(self.size(ino)?.saturating_sub(offset)).unwrap_or(usize::MAX).min(memory.len());
        let (first, _) = locate(offset)?;
        for (index, piece) in (first..).zip(memory[..inside].chunks_mut(CHUNK)) {
            let mut at = index as u64 * CHUNK as u64;
            if writes && sums.is_changed(index, piece) {
                let mut rest = &*piece;
                while !rest.is_empty() {
                    let count = self.write_at(ctx, ino, at, rest)?.max(1);
                    at += count as u64;
                    rest = rest.get(count..).unwrap_or_default();
                }
            } else {
                self.read_at(ino, at, piece)?;
            }
            sums.note(index, piece);
        }
        Ok(())
    }
}

/// Puts the bytes of `memory` that differ from `old` over `file`; without `old` the file itself is the old content.
/// Returns the range from the first to the last of them.
fn overlay(file: &mut [u8], old: Option<&[u8]>, memory: &[u8]) -> std::ops::Range<usize> {
    let mut range = 0..0;
    for (index, (byte, new)) in file.iter_mut().zip(memory).enumerate() {
        if old.map_or(*byte, |old| old[index]) != *new {
            *byte = *new;
            range = if range.is_empty() { index..index + 1 } else { range.start..index + 1 };
        }
    }
    range
}
