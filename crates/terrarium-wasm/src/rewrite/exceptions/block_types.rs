//! Types of the blocks that the translation adds.

use std::collections::HashMap;

use wasm_encoder::BlockType;
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasmparser::{FuncType, ValType};

use super::super::error::RewriteError;
use super::super::module::{Module, index};

/// The bound on the sum of the lengths of all added types. Handlers with long parameter lists can request a new long
/// type in three bytes, so a small hostile module could otherwise fill the memory. Real modules need dozens.
const MAX_ADDED_VALUES: usize = 1_000_000;

/// The function types of a module and those that were added for blocks.
pub(super) struct BlockTypes<'m, 'a> {
    module: &'m Module<'a>,
    known: HashMap<FuncType, u32>,
    /// For each type of the module, the first type that is equal to it.
    canonical: Vec<u32>,
    /// Blocks of earlier requests, so that long types are not compared again for each of many small blocks.
    asked: HashMap<Key, BlockType>,
    added: Vec<FuncType>,
    added_values: usize,
    next: u32,
}

/// The parameters and results of an added block: the parameters of the first type, the parameters of the second one,
/// and whether an exception follows them.
type Key = (Option<u32>, Option<u32>, bool);

impl<'m, 'a> BlockTypes<'m, 'a> {
    /// Starts with the types of `module`, so that no type is added twice.
    pub(super) fn new(module: &'m Module<'a>) -> Result<Self, RewriteError> {
        let mut known = HashMap::new();
        let mut canonical = Vec::with_capacity(module.types.len());
        for (position, ty) in module.types.iter().enumerate() {
            let own = index(position)?;
            canonical.push(match ty {
                Some(ty) => *known.entry(ty.clone()).or_insert(own),
                None => own,
            });
        }
        Ok(Self {
            module,
            known,
            canonical,
            asked: HashMap::new(),
            added: Vec::new(),
            added_values: 0,
            next: index(module.types.len())?,
        })
    }

    /// Returns the type of a block around one of type `block`. It takes the same values and leaves those of an
    /// exception with `tag` (none for no tag), and the exception itself if `with_exception`.
    pub(super) fn around(
        &mut self,
        block: wasmparser::BlockType,
        tag: Option<u32>,
        with_exception: bool,
    ) -> Result<BlockType, RewriteError> {
        let params = match block {
            wasmparser::BlockType::FuncType(ty) => Some(self.canonical(ty)),
            _ => None,
        };
        let values = match tag {
            Some(tag) => Some(self.canonical(self.module.tag_type(tag)?)),
            None => None,
        };
        let key = (params, values, with_exception);
        if let Some(known) = self.asked.get(&key) {
            return Ok(*known);
        }
        let ty = self.find_or_add(key)?;
        self.asked.insert(key, ty);
        Ok(ty)
    }

    fn canonical(&self, ty: u32) -> u32 {
        self.canonical.get(ty as usize).copied().unwrap_or(ty)
    }

    fn find_or_add(&mut self, key: Key) -> Result<BlockType, RewriteError> {
        let (params, values, with_exception) = key;
        let params_of = |ty: Option<u32>| match ty {
            Some(ty) => self.module.function_type(ty).map(FuncType::params),
            None => Ok(&[][..]),
        };
        let (params, values) = (params_of(params)?, params_of(values)?);
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
        self.next = added.checked_add(1).ok_or(RewriteError::TooLarge { what: "types", limit: u32::MAX as usize })?;
        self.known.insert(ty.clone(), added);
        self.added.push(ty);
        Ok(added)
    }

    /// Returns the types to append to those of the module, in order.
    pub(super) fn into_added(self) -> Vec<FuncType> {
        self.added
    }
}
