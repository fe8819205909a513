//! The declarations of a function's locals, to be written again with additional ones.

use std::ops::Range;

use wasm_encoder::{Encode, ValType};
use wasmparser::FunctionBody;

use super::error::RewriteError;

/// The declarations of a function's locals.
pub(super) struct Locals {
    declarations: u32,
    bytes: Range<usize>,
    /// The number of parameters and declared locals together: the index of the first added local.
    pub(super) count: u64,
}

impl Locals {
    /// Reads the declarations of `body`, whose function has `params` parameters.
    pub(super) fn read(body: &FunctionBody<'_>, params: usize) -> Result<Self, RewriteError> {
        let mut reader = body.get_locals_reader()?;
        let start = reader.original_position();
        let mut count = params as u64;
        for _ in 0..reader.get_count() {
            count += u64::from(reader.read()?.0);
        }
        Ok(Self { declarations: reader.get_count(), bytes: start..reader.original_position(), count })
    }

    /// Writes the declarations, and after them `more` locals: a number and a type each.
    pub(super) fn declare(&self, wasm: &[u8], more: &[(u32, ValType)]) -> Vec<u8> {
        let mut written = Vec::with_capacity(self.bytes.len() + 16);
        let mut declarations = self.declarations;
        let mut added = Vec::new();
        for (count, ty) in more.iter().filter(|(count, _)| *count > 0) {
            declarations += 1;
            count.encode(&mut added);
            ty.encode(&mut added);
        }
        declarations.encode(&mut written);
        written.extend_from_slice(&wasm[self.bytes.clone()]);
        written.extend(added);
        written
    }
}
