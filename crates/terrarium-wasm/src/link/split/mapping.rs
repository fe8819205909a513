//! [`Mapping`]: the indices of a library's items in one module of its split.

use std::collections::BTreeMap;

use wasm_encoder::reencode::{Error, Reencode};

use crate::link::merge::error::Fault;

/// The new indices. Tables and memories keep theirs.
#[derive(Default)]
pub(super) struct Mapping {
    pub(super) types: BTreeMap<u32, u32>,
    pub(super) functions: BTreeMap<u32, u32>,
    pub(super) globals: BTreeMap<u32, u32>,
    pub(super) tags: BTreeMap<u32, u32>,
}

fn mapped(indices: &BTreeMap<u32, u32>, index: u32, what: &str) -> Result<u32, Error<Fault>> {
    indices.get(&index).copied().ok_or_else(|| Error::UserError(Fault::unknown(what, index)))
}

impl Reencode for Mapping {
    type Error = Fault;

    fn type_index(&mut self, ty: u32) -> Result<u32, Error<Fault>> {
        mapped(&self.types, ty, "type")
    }

    fn function_index(&mut self, function: u32) -> Result<u32, Error<Fault>> {
        mapped(&self.functions, function, "function")
    }

    fn global_index(&mut self, global: u32) -> Result<u32, Error<Fault>> {
        mapped(&self.globals, global, "global")
    }

    fn tag_index(&mut self, tag: u32) -> Result<u32, Error<Fault>> {
        mapped(&self.tags, tag, "tag")
    }
}
