//! A parsed module with its index spaces.

use wasmparser::{
    Element, Export, FunctionBody, Global, GlobalType, MemoryType, Parser, Payload, RecGroup, Table, TableType,
    TagType, TypeRef,
};

use super::error::Fault;

/// A module that borrows its bytes.
#[derive(Default)]
pub(in crate::link) struct Module<'a> {
    pub(in crate::link) wasm: &'a [u8],
    pub(in crate::link) types: Vec<RecGroup>,
    /// Type indices of the functions.
    pub(in crate::link) functions: Space<'a, u32, u32>,
    pub(in crate::link) tables: Space<'a, TableType, Table<'a>>,
    pub(in crate::link) memories: Space<'a, MemoryType, MemoryType>,
    pub(in crate::link) tags: Space<'a, TagType, TagType>,
    pub(in crate::link) globals: Space<'a, GlobalType, Global<'a>>,
    pub(in crate::link) exports: Vec<Export<'a>>,
    pub(in crate::link) elements: Vec<Element<'a>>,
    pub(in crate::link) bodies: Vec<FunctionBody<'a>>,
}

/// The items of one kind in a module; imports come first.
pub(in crate::link) struct Space<'a, I, D> {
    pub(in crate::link) imported: Vec<Imported<'a, I>>,
    pub(in crate::link) defined: Vec<D>,
}

/// An import.
pub(in crate::link) struct Imported<'a, I> {
    pub(in crate::link) module: &'a str,
    pub(in crate::link) name: &'a str,
    pub(in crate::link) ty: I,
}

impl<I, D> Default for Space<'_, I, D> {
    fn default() -> Self {
        Self { imported: Vec::new(), defined: Vec::new() }
    }
}

impl<'a> Module<'a> {
    /// Parses `wasm`.
    pub(in crate::link) fn parse(wasm: &'a [u8]) -> Result<Self, Fault> {
        let mut module = Self { wasm, ..Self::default() };
        for payload in Parser::new(0).parse_all(wasm) {
            module.read(payload?)?;
        }
        if module.functions.defined.len() != module.bodies.len() {
            return Err(Fault("it is no valid module: some of its functions have no body".to_owned()));
        }
        Ok(module)
    }

    fn read(&mut self, payload: Payload<'a>) -> Result<(), Fault> {
        match payload {
            Payload::TypeSection(groups) => collect(&mut self.types, groups)?,
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    self.import(import?);
                }
            }
            Payload::FunctionSection(functions) => collect(&mut self.functions.defined, functions)?,
            Payload::TableSection(tables) => collect(&mut self.tables.defined, tables)?,
            Payload::MemorySection(memories) => collect(&mut self.memories.defined, memories)?,
            Payload::TagSection(tags) => collect(&mut self.tags.defined, tags)?,
            Payload::GlobalSection(globals) => collect(&mut self.globals.defined, globals)?,
            Payload::ExportSection(exports) => collect(&mut self.exports, exports)?,
            Payload::ElementSection(elements) => collect(&mut self.elements, elements)?,
            Payload::CodeSectionEntry(body) => self.bodies.push(body),
            // A start function has run already, and its effects are in the snapshot. So is the data.
            _ => {}
        }
        Ok(())
    }

    fn import(&mut self, import: wasmparser::Import<'a>) {
        let (module, name) = (import.module, import.name);
        match import.ty {
            TypeRef::Func(ty) | TypeRef::FuncExact(ty) => {
                self.functions.imported.push(Imported { module, name, ty });
            }
            TypeRef::Table(ty) => self.tables.imported.push(Imported { module, name, ty }),
            TypeRef::Memory(ty) => self.memories.imported.push(Imported { module, name, ty }),
            TypeRef::Global(ty) => self.globals.imported.push(Imported { module, name, ty }),
            TypeRef::Tag(ty) => self.tags.imported.push(Imported { module, name, ty }),
        }
    }

    /// Returns the type index of the function `index`.
    pub(in crate::link) fn function_type(&self, index: u32) -> Result<u32, Fault> {
        let position = index as usize;
        let imported = self.functions.imported.get(position).map(|import| import.ty);
        let defined = || self.functions.defined.get(position.checked_sub(self.functions.imported.len())?).copied();
        imported.or_else(defined).ok_or_else(|| Fault::unknown("function", index))
    }
}

impl<'a, I, D> Space<'a, I, D> {
    /// Returns the number of items.
    pub(in crate::link) fn len(&self) -> usize {
        self.imported.len().saturating_add(self.defined.len())
    }
}

impl<'a, I> Imported<'a, I> {
    /// Returns the name of the main module's export that this import refers to.
    pub(in crate::link) fn export(&self) -> Option<String> {
        match self.module {
            // Names with this prefix are reserved for the host; a library cannot reach them this way.
            "env" if !self.name.starts_with("terrarium.") => Some(self.name.to_owned()),
            "terrarium" => Some(format!("terrarium.{}", self.name)),
            _ => None,
        }
    }
}

fn collect<'a, T>(items: &mut Vec<T>, section: wasmparser::SectionLimited<'a, T>) -> Result<(), Fault>
where
    T: wasmparser::FromReader<'a>,
{
    for item in section {
        items.push(item?);
    }
    Ok(())
}
