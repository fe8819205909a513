//! Copying a function's instructions except for some that are replaced.

use std::ops::Range;

use wasm_encoder::{Encode, Instruction};

/// A copy of a byte range of a module in which some instructions are replaced.
///
/// Most instructions of a function stay as they are, so they are copied as bytes instead of being decoded and
/// encoded again. Offsets are those of the decoder: from the start of the module.
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

    /// Copies what comes before `instruction` and writes `replacement` instead of it.
    pub(crate) fn replace_with(&mut self, instruction: Range<usize>, replacement: &Instruction<'_>) {
        replacement.encode(self.replace(instruction));
    }

    /// Copies what comes before `instruction`, leaves it out and returns where its replacement is written.
    ///
    /// Calls must come in the order of the instructions.
    pub(crate) fn replace(&mut self, instruction: Range<usize>) -> &mut Vec<u8> {
        self.insert_before(instruction.start);
        self.copied = instruction.end;
        &mut self.out
    }

    /// Copies what comes before `offset` and returns where something is inserted.
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
