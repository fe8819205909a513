//! The contents of the memory as data segments.

use std::ops::Range;

use wasm_encoder::{ConstExpr, Encode, Section, SectionId};

use super::error::MergeError;

/// Bytes of a page of the host, the unit in which engines map memory.
const PAGE: usize = 4096;
/// The longest row of zero pages that stays inside a segment, unless there would be too many segments.
const GAP: usize = 4;
/// The most segments; engines refuse more than 100,000.
const MAX_SEGMENTS: usize = 90_000;

/// A data section with the pages of a memory that are not all zero. It borrows them: they are the larger part of a
/// merged module and need not be copied twice.
pub(super) struct MemoryImage<'m> {
    /// The header of each segment, and its bytes.
    segments: Vec<(Vec<u8>, &'m [u8])>,
}

impl<'m> MemoryImage<'m> {
    /// Makes the section of the memory `index`.
    pub(super) fn of(index: u32, memory: &'m [u8]) -> Result<Self, MergeError> {
        let segments = at_most(MAX_SEGMENTS, memory).into_iter().filter_map(|range| {
            let offset = u32::try_from(range.start).ok()?;
            let bytes = memory.get(range)?;
            Some((head(index, offset, bytes.len()), bytes))
        });
        let snapshot = Self { segments: segments.collect() };
        // The size of a section is a 32-bit number.
        if u32::try_from(snapshot.len()).is_err() { Err(MergeError::TooMany("bytes of memory")) } else { Ok(snapshot) }
    }

    /// Returns the bytes of the section without its id and size.
    pub(super) fn len(&self) -> usize {
        let mut count = Vec::new();
        self.segments.len().encode(&mut count);
        let segments = self.segments.iter().map(|(head, bytes)| head.len().saturating_add(bytes.len()));
        segments.fold(count.len(), usize::saturating_add)
    }
}

impl Encode for MemoryImage<'_> {
    fn encode(&self, sink: &mut Vec<u8>) {
        self.len().encode(sink);
        self.segments.len().encode(sink);
        for (head, bytes) in &self.segments {
            sink.extend_from_slice(head);
            sink.extend_from_slice(bytes);
        }
    }
}

impl Section for MemoryImage<'_> {
    fn id(&self) -> u8 {
        SectionId::Data as u8
    }
}

/// Returns the header of an active segment of `length` bytes.
fn head(memory: u32, offset: u32, length: usize) -> Vec<u8> {
    /// The segment is in the first memory.
    const ACTIVE: u8 = 0;
    /// The segment is in the memory of an index.
    const ACTIVE_IN: u8 = 2;
    let mut head = Vec::new();
    if memory == 0 {
        head.push(ACTIVE);
    } else {
        head.push(ACTIVE_IN);
        memory.encode(&mut head);
    }
    ConstExpr::i32_const(offset.cast_signed()).encode(&mut head);
    length.encode(&mut head);
    head
}

/// Returns at most `most` ranges of `memory` that together contain all non-zero bytes.
fn at_most(most: usize, memory: &[u8]) -> Vec<Range<usize>> {
    let mut gap = GAP;
    let mut found = ranges(memory, gap);
    while found.len() > most {
        gap = gap.saturating_mul(2);
        found = ranges(memory, gap);
    }
    found
}

/// Returns ranges that begin and end with a page that is not all zero, and contain at most `gap` zero pages in a row.
fn ranges(memory: &[u8], gap: usize) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for (page, bytes) in memory.chunks(PAGE).enumerate() {
        if bytes == &[0; PAGE][..bytes.len()] {
            continue;
        }
        let start = page.saturating_mul(PAGE);
        let end = start.saturating_add(bytes.len());
        match ranges.last_mut() {
            Some(last) if start.saturating_sub(last.end) <= gap.saturating_mul(PAGE) => last.end = end,
            _ => ranges.push(start..end),
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scattered_memory_has_fewer_segments_with_more_zero_pages_in_them() {
        let mut memory = vec![0; 100 * PAGE];
        for page in (0..100).step_by(10) {
            memory[page * PAGE] = 1;
        }
        assert_eq!(at_most(10, &memory).len(), 10);
        assert_eq!(at_most(9, &memory).first(), Some(&(0..91 * PAGE)));
        assert!(at_most(10, &[0; 3 * PAGE]).is_empty());
    }
}
