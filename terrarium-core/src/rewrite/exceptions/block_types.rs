//! Types of the blocks that the translation adds.

use std::collections::HashMap;

use wasm_encoder::BlockType;
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasmparser::{FuncType, ValType};

use super::super::error::RewriteError;
use super::super::module::{Module, index};

/// Bound on the sum of the lengths of all added types. Handlers with long parameter lists can ask for a new long
/// type in three bytes, so that a small hostile module could otherwise fill the memory; real modules need dozens.
const MAX_ADDED_VALUES: usize = 1_000_000;

/// The function types of a module and those that were added for blocks.
pub(super) struct BlockTypes {
    known: HashMap<FuncType, u32>,
    added: Vec<FuncType>,
    added_values: usize,
    next: u32,
}

impl BlockTypes {
    /// Starts with the types that `module` has, so that none is added twice.
    pub(super) fn new(module: &Module<'_>) -> Result<Self, RewriteError> {
        let mut known = HashMap::new();
        for (position, ty) in module.types.iter().enumerate() {
            if let Some(ty) = ty {
                known.entry(ty.clone()).or_insert(index(position)?);
            }
        }
        Ok(Self {
            known,
            added: Vec::new(),
            added_values: 0,
            next: index(module.types.len())?,
        })
    }

    /// The type of a block that takes `params` and leaves `values`, and an exception if `with_exception`.
    pub(super) fn block_type(
        &mut self,
        params: &[ValType],
        values: &[ValType],
        with_exception: bool,
    ) -> Result<BlockType, RewriteError> {
        let exception = with_exception.then_some(ValType::EXNREF);
        let mut results = values.iter().copied().chain(exception);
        if params.is_empty() && values.len() + usize::from(with_exception) <= 1 {
            return match results.next() {
                None => Ok(BlockType::Empty),
                Some(ty) => Ok(BlockType::Result(RoundtripReencoder.val_type(ty)?)),
            };
        }
        let ty = FuncType::new(params.iter().copied(), results);
        if let Some(index) = self.known.get(&ty) {
            return Ok(BlockType::FunctionType(*index));
        }
        self.add(ty).map(BlockType::FunctionType)
    }

    fn add(&mut self, ty: FuncType) -> Result<u32, RewriteError> {
        let added = self.next;
        self.added_values += ty.params().len() + ty.results().len();
        if self.added_values > MAX_ADDED_VALUES {
            return Err(RewriteError::TooLarge {
                what: "values in the types of added blocks",
                limit: MAX_ADDED_VALUES,
            });
        }
        self.next = added.checked_add(1).ok_or(RewriteError::TooLarge {
            what: "types",
            limit: u32::MAX as usize,
        })?;
        self.known.insert(ty.clone(), added);
        self.added.push(ty);
        Ok(added)
    }

    /// The types to append to those of the module, in order.
    pub(super) fn into_added(self) -> Vec<FuncType> {
        self.added
    }
}
