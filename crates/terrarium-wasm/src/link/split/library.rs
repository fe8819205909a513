//! [`Library`]: the parts of a library that each module of its split refers to.

use std::ops::Range;

use wasmparser::{
    BinaryReader, CompositeInnerType, FuncType, FunctionBody, GlobalType, MemoryType, TableType, TagType,
};

use crate::link::merge::{
    error::Fault,
    module::{Imported, Module},
};

/// The index spaces of a library, and the places of its functions.
#[derive(Debug)]
pub(super) struct Library {
    pub(super) types: Vec<FuncType>,
    /// The types of the imported functions, and of those that the library defines.
    pub(super) functions: Vec<Import<u32>>,
    pub(super) defined: Vec<u32>,
    pub(super) tables: Vec<Import<TableType>>,
    pub(super) memories: Vec<Import<MemoryType>>,
    pub(super) globals: Vec<Import<GlobalType>>,
    pub(super) own_globals: Vec<GlobalType>,
    pub(super) tags: Vec<Import<TagType>>,
    /// The place of each body.
    pub(super) bodies: Vec<Range<usize>>,
}

/// An import.
#[derive(Debug)]
pub(super) struct Import<T> {
    pub(super) module: String,
    pub(super) name: String,
    pub(super) ty: T,
}

impl Library {
    /// Copies the parts of a module with types of functions only.
    pub(super) fn new(module: &Module<'_>) -> Result<Self, Fault> {
        let mut types = Vec::with_capacity(module.types.len());
        for group in &module.types {
            match group.types().next().map(|ty| &ty.composite_type.inner) {
                Some(CompositeInnerType::Func(function)) => types.push(function.clone()),
                _ => return Err(Fault("it has types other than those of functions".to_owned())),
            }
        }
        Ok(Self {
            types,
            functions: imports(&module.functions.imported),
            defined: module.functions.defined.clone(),
            tables: imports(&module.tables.imported),
            memories: imports(&module.memories.imported),
            globals: imports(&module.globals.imported),
            own_globals: module.globals.defined.iter().map(|global| global.ty).collect(),
            tags: imports(&module.tags.imported),
            bodies: module.bodies.iter().map(FunctionBody::range).collect(),
        })
    }

    /// Returns a body of the library's bytes by its position.
    pub(super) fn body<'w>(&self, wasm: &'w [u8], position: u32) -> Result<FunctionBody<'w>, Fault> {
        let range = self.bodies.get(position as usize).cloned();
        let bytes = range.and_then(|range| Some((range.start, wasm.get(range)?)));
        let (start, bytes) = bytes.ok_or_else(|| Fault::unknown("function", position))?;
        Ok(FunctionBody::new(BinaryReader::new(bytes, start)))
    }

    /// Returns the index of the type of a function that the library defines.
    pub(super) fn type_of(&self, position: u32) -> Result<u32, Fault> {
        self.defined.get(position as usize).copied().ok_or_else(|| Fault::unknown("function", position))
    }

    /// Returns a type.
    pub(super) fn ty(&self, index: u32) -> Result<&FuncType, Fault> {
        self.types.get(index as usize).ok_or_else(|| Fault::unknown("type", index))
    }
}

fn imports<T: Copy>(imported: &[Imported<'_, T>]) -> Vec<Import<T>> {
    let owned = |import: &Imported<'_, T>| Import {
        module: import.module.to_owned(),
        name: import.name.to_owned(),
        ty: import.ty,
    };
    imported.iter().map(owned).collect()
}
