//! Copying a function's instructions, with some of them replaced.

use std::ops::Range;

use wasm_encoder::{Encode, Instruction};

/// A copy of a byte range of a module in which some instructions are replaced.
///
/// Most instructions of a function do not change, so they are copied as bytes instead of being decoded and encoded
/// again. Offsets are those of the decoder: from the start of the module.
pub(crate) struct Splice<'a> {
    wasm: &'a [u8],
    copied: usize,
    end: usize,
    out: Vec<u8>,
}

impl<'a> Splice<'a> {
    /// Starts a copy of `range` of `wasm`.
    pub(crate) fn new(wasm: &'a [u8], range: Range<usize>) -> Self {
        Self { wasm, copied: range.start, end: range.end, out: Vec::with_capacity(range.len() + range.len() / 4) }
    }

    /// Copies everything before `instruction`, and writes `replacement` in its place.
    pub(crate) fn replace_with(&mut self, instruction: Range<usize>, replacement: &Instruction<'_>) {
        replacement.encode(self.replace(instruction));
    }

    /// Copies everything before `instruction`, leaves it out, and returns the place for its replacement.
    ///
    /// Calls must come in the order of the instructions.
    pub(crate) fn replace(&mut self, instruction: Range<usize>) -> &mut Vec<u8> {
        self.insert_before(instruction.start);
        self.copied = instruction.end;
        &mut self.out
    }

    /// Copies everything before `offset`, and returns the place for an insertion.
    pub(crate) fn insert_before(&mut self, offset: usize) -> &mut Vec<u8> {
        self.out.extend_from_slice(&self.wasm[self.copied..offset]);
        self.copied = offset;
        &mut self.out
    }

    /// Copies the rest.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        self.insert_before(self.end);
        self.out
    }
}
