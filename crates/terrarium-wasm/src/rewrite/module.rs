//! A module, parsed as far as the passes need it: its sections as bytes, its types and functions as data.

use std::ops::Range;

use wasm_encoder::{RawSection, SectionId};
use wasmparser::{BinaryReader, CompositeInnerType, FuncType, FunctionBody, Parser, Payload, TypeRef};

use super::error::RewriteError;

/// One section of a module, in the order of the module.
#[derive(Clone, Debug)]
pub(super) struct Section {
    /// Its id in the module.
    pub(super) id: u8,
    /// Its contents, without id and size.
    pub(super) contents: Range<usize>,
}

impl Section {
    /// Whether this is the section `id`.
    pub(super) fn is(&self, id: SectionId) -> bool {
        self.id == id as u8
    }
}

/// A module that borrows its bytes.
pub(super) struct Module<'a> {
    /// The whole module.
    pub(super) wasm: &'a [u8],
    /// All sections.
    pub(super) sections: Vec<Section>,
    /// Every type by its index; `None` for a type that is no function type.
    pub(super) types: Vec<Option<FuncType>>,
    /// Type index of each function, imports first.
    pub(super) functions: Vec<u32>,
    /// The number of imported functions.
    pub(super) imported_functions: u32,
    /// Type index of each tag, imports first.
    pub(super) tags: Vec<u32>,
    /// Bodies of the functions that are not imported.
    pub(super) bodies: Vec<FunctionBody<'a>>,
}

impl<'a> Module<'a> {
    /// Parses `wasm`.
    pub(super) fn parse(wasm: &'a [u8]) -> Result<Self, RewriteError> {
        let mut module = Self {
            wasm,
            sections: Vec::new(),
            types: Vec::new(),
            functions: Vec::new(),
            imported_functions: 0,
            tags: Vec::new(),
            bodies: Vec::new(),
        };
        for payload in Parser::new(0).parse_all(wasm) {
            let payload = payload?;
            if let Some((id, contents)) = payload.as_section() {
                module.sections.push(Section { id, contents });
            }
            module.read(payload)?;
        }
        Ok(module)
    }

    fn read(&mut self, payload: Payload<'a>) -> Result<(), RewriteError> {
        match payload {
            Payload::TypeSection(groups) => {
                for group in groups {
                    for ty in group?.into_types() {
                        self.types.push(match ty.composite_type.inner {
                            CompositeInnerType::Func(ty) => Some(ty),
                            _ => None,
                        });
                    }
                }
            }
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    match import?.ty {
                        TypeRef::Func(ty) | TypeRef::FuncExact(ty) => self.functions.push(ty),
                        TypeRef::Tag(tag) => self.tags.push(tag.func_type_idx),
                        _ => {}
                    }
                }
                self.imported_functions = index(self.functions.len())?;
            }
            Payload::FunctionSection(functions) => {
                for ty in functions {
                    self.functions.push(ty?);
                }
            }
            Payload::TagSection(tags) => {
                for tag in tags {
                    self.tags.push(tag?.func_type_idx);
                }
            }
            Payload::CodeSectionEntry(body) => self.bodies.push(body),
            _ => {}
        }
        Ok(())
    }

    /// Returns the function type with index `ty`.
    pub(super) fn function_type(&self, ty: u32) -> Result<&FuncType, RewriteError> {
        self.types
            .get(ty as usize)
            .and_then(Option::as_ref)
            .ok_or_else(|| malformed(format!("type {ty} is not a function type")))
    }

    /// Returns the type index of the function with index `function`.
    pub(super) fn type_of(&self, function: u32) -> Result<u32, RewriteError> {
        self.functions
            .get(function as usize)
            .copied()
            .ok_or_else(|| malformed(format!("function {function} has no declaration")))
    }

    /// Returns the signature of the function with index `function`.
    pub(super) fn signature(&self, function: u32) -> Result<&FuncType, RewriteError> {
        self.function_type(self.type_of(function)?)
    }

    /// Returns the type index of the tag with index `tag`.
    pub(super) fn tag_type(&self, tag: u32) -> Result<u32, RewriteError> {
        self.tags.get(tag as usize).copied().ok_or_else(|| malformed(format!("tag {tag} has no declaration")))
    }

    /// Returns a reader of the contents of `section`.
    pub(super) fn reader(&self, section: &Section) -> BinaryReader<'a> {
        let contents = section.contents.clone();
        BinaryReader::new(&self.wasm[contents.clone()], contents.start)
    }

    /// Returns `section` unchanged, to be written into another module.
    pub(super) fn raw(&self, section: &Section) -> RawSection<'a> {
        RawSection { id: section.id, data: &self.wasm[section.contents.clone()] }
    }
}

/// Returns `count` as an index of the 32-bit index spaces of a module.
pub(super) fn index(count: usize) -> Result<u32, RewriteError> {
    u32::try_from(count)
        .map_err(|_| RewriteError::TooLarge { what: "entries of an index space", limit: u32::MAX as usize })
}

fn malformed(message: String) -> RewriteError {
    RewriteError::Malformed { message, offset: 0 }
}
