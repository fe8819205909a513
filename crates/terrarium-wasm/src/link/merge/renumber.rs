//! [`Renumbering`]: the new indices of one module.

use wasm_encoder::Instruction;
use wasm_encoder::reencode::{Error, Reencode, utils};
use wasmparser::Operator;

use super::error::Fault;

/// The indices of one module in the merged module.
#[derive(Default)]
pub(super) struct Renumbering {
    pub(super) types: Vec<u32>,
    pub(super) imported_functions: Vec<u32>,
    /// The functions that it defines itself.
    pub(super) functions: Run,
    pub(super) tables: Vec<u32>,
    pub(super) memories: Vec<u32>,
    pub(super) tags: Vec<u32>,
    pub(super) globals: Vec<Meaning>,
    /// All its element segments.
    pub(super) elements: Run,
}

/// The meaning of a global in the merged module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A constant at every read.
    I32(i32),
    /// A constant at every read.
    I64(i64),
    /// A global.
    Global(u32),
}

/// Items that keep their order and start at another index.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Run {
    pub(super) start: u32,
    pub(super) length: u32,
}

impl Run {
    fn get(self, position: u32) -> Option<u32> {
        if position < self.length { self.start.checked_add(position) } else { None }
    }
}

impl Renumbering {
    /// Returns the new index of the function `index`.
    pub(super) fn function(&self, index: u32) -> Result<u32, Fault> {
        match self.imported_functions.get(index as usize) {
            Some(mapped) => Ok(*mapped),
            None => u32::try_from(self.imported_functions.len())
                .ok()
                .and_then(|imported| self.functions.get(index.checked_sub(imported)?))
                .ok_or_else(|| Fault::unknown("function", index)),
        }
    }

    /// Returns the meaning of the global `index`.
    pub(super) fn global(&self, index: u32) -> Result<Meaning, Fault> {
        self.globals.get(index as usize).copied().ok_or_else(|| Fault::unknown("global", index))
    }
}

fn mapped(indices: &[u32], index: u32, what: &str) -> Result<u32, Error<Fault>> {
    indices.get(index as usize).copied().ok_or_else(|| Error::UserError(Fault::unknown(what, index)))
}

impl Reencode for Renumbering {
    type Error = Fault;

    fn type_index(&mut self, ty: u32) -> Result<u32, Error<Fault>> {
        mapped(&self.types, ty, "type")
    }

    fn function_index(&mut self, function: u32) -> Result<u32, Error<Fault>> {
        self.function(function).map_err(Error::UserError)
    }

    fn table_index(&mut self, table: u32) -> Result<u32, Error<Fault>> {
        mapped(&self.tables, table, "table")
    }

    fn memory_index(&mut self, memory: u32) -> Result<u32, Error<Fault>> {
        mapped(&self.memories, memory, "memory")
    }

    fn tag_index(&mut self, tag: u32) -> Result<u32, Error<Fault>> {
        mapped(&self.tags, tag, "tag")
    }

    fn global_index(&mut self, global: u32) -> Result<u32, Error<Fault>> {
        match self.global(global).map_err(Error::UserError)? {
            Meaning::Global(mapped) => Ok(mapped),
            Meaning::I32(_) | Meaning::I64(_) => {
                Err(Error::UserError(Fault(format!("it changes global {global}, whose value is settled"))))
            }
        }
    }

    fn element_index(&mut self, element: u32) -> Result<u32, Error<Fault>> {
        self.elements.get(element).ok_or_else(|| Error::UserError(Fault::unknown("element segment", element)))
    }

    fn data_index(&mut self, data: u32) -> Result<u32, Error<Fault>> {
        let fault = format!("it uses data segment {data} while it runs, and whether it dropped it cannot be seen");
        Err(Error::UserError(Fault(fault)))
    }

    fn instruction<'a>(&mut self, operator: Operator<'a>) -> Result<Instruction<'a>, Error<Fault>> {
        if let Operator::GlobalGet { global_index } = operator {
            return Ok(match self.global(global_index).map_err(Error::UserError)? {
                Meaning::I32(value) => Instruction::I32Const(value),
                Meaning::I64(value) => Instruction::I64Const(value),
                Meaning::Global(mapped) => Instruction::GlobalGet(mapped),
            });
        }
        utils::instruction(self, operator)
    }
}
