//! The items that functions use.

use std::collections::BTreeSet;

use wasm_encoder::Instruction;
use wasm_encoder::reencode::{Error, Reencode, utils};
use wasmparser::{FunctionBody, Operator};

use crate::link::merge::{code, error::Fault};

/// The items that functions name, by their indices in the library.
#[derive(Clone, Debug, Default)]
pub(super) struct Uses {
    pub(super) functions: BTreeSet<u32>,
    pub(super) types: BTreeSet<u32>,
    pub(super) globals: BTreeSet<u32>,
    pub(super) tags: BTreeSet<u32>,
    /// Whether a function uses something that only one module can have.
    pub(super) is_bound: bool,
}

impl Uses {
    /// Adds the items that another function uses.
    pub(super) fn extend(&mut self, other: &Self) {
        self.functions.extend(&other.functions);
        self.types.extend(&other.types);
        self.globals.extend(&other.globals);
        self.tags.extend(&other.tags);
        self.is_bound |= other.is_bound;
    }

    /// Adds the items that a body uses.
    pub(super) fn add(&mut self, wasm: &[u8], body: &FunctionBody<'_>) -> Result<(), Fault> {
        code::copy(wasm, body, self, true, &mut Vec::new()).map(drop)
    }
}

impl Reencode for Uses {
    type Error = Fault;

    fn type_index(&mut self, ty: u32) -> Result<u32, Error<Fault>> {
        self.types.insert(ty);
        Ok(ty)
    }

    fn function_index(&mut self, function: u32) -> Result<u32, Error<Fault>> {
        self.functions.insert(function);
        Ok(function)
    }

    fn global_index(&mut self, global: u32) -> Result<u32, Error<Fault>> {
        self.globals.insert(global);
        Ok(global)
    }

    fn tag_index(&mut self, tag: u32) -> Result<u32, Error<Fault>> {
        self.tags.insert(tag);
        Ok(tag)
    }

    fn element_index(&mut self, element: u32) -> Result<u32, Error<Fault>> {
        self.is_bound = true;
        Ok(element)
    }

    fn data_index(&mut self, data: u32) -> Result<u32, Error<Fault>> {
        self.is_bound = true;
        Ok(data)
    }

    fn instruction<'a>(&mut self, operator: Operator<'a>) -> Result<Instruction<'a>, Error<Fault>> {
        self.is_bound |= matches!(operator, Operator::RefFunc { .. });
        utils::instruction(self, operator)
    }
}
