//! Memory that shows a part of a file of the host: the parts that the guest has written to.
//!
//! The bytes of the file are not kept twice. A sum of each chunk tells whether the memory has changed since it was last
//! equal to the file; a changed chunk is written whole.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hasher as _};

/// The chunks of a mapping as they were when memory and file were last equal: length and sum by index.
#[derive(Clone, Debug, Default)]
pub(in crate::vfs) struct Sums {
    /// The length of the file.
    pub(in crate::vfs) size: u64,
    chunks: HashMap<usize, (usize, u64)>,
}

impl Sums {
    pub(in crate::vfs) fn of_size(size: u64) -> Self {
        Self { size, chunks: HashMap::new() }
    }

    /// Records the bytes of a chunk.
    pub(in crate::vfs) fn note(&mut self, index: usize, bytes: &[u8]) {
        self.chunks.insert(index, (bytes.len(), sum(bytes)));
    }

    /// Whether the memory of a chunk was written to; a chunk that was not recorded counts as unchanged.
    pub(in crate::vfs) fn is_changed(&self, index: usize, memory: &[u8]) -> bool {
        self.chunks.get(&index).is_some_and(|(length, known)| {
            // After a truncation the memory belongs to the file no more.
            memory.get(..*length).is_some_and(|bytes| sum(bytes) != *known || memory[*length..].iter().any(|b| *b != 0))
        })
    }
}

fn sum(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(bytes);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chunk_is_changed_when_its_bytes_are() {
        let mut sums = Sums::default();
        sums.note(3, b"abc");
        assert!(!sums.is_changed(3, b"abc"));
        assert!(sums.is_changed(3, b"abd"));
        assert!(!sums.is_changed(3, b"abc\0\0") && sums.is_changed(3, b"abc\0x"), "the file has grown");
        assert!(!sums.is_changed(3, b"ab") && !sums.is_changed(0, b"x"));
    }
}
