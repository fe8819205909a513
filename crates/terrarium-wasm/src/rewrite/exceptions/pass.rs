//! The pass over a whole module.

use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{CodeSection, SectionId, TypeSection};
use wasmparser::{FuncType, TypeSectionReader};

use super::super::error::RewriteError;
use super::super::module::{Module, Section, index};
use super::super::pipeline::Pass;
use super::super::sections::{Unchanged, copy_custom_section};
use super::block_types::BlockTypes;
use super::emit::emit;
use super::plan::plan;

/// Translates legacy exception instructions to standard ones.
pub(in super::super) struct Exceptions;

impl Pass for Exceptions {
    fn name(&self) -> &'static str {
        "exceptions"
    }

    fn run(&self, wasm: &[u8]) -> Result<Option<Vec<u8>>, RewriteError> {
        let module = Module::parse(wasm)?;
        let mut types = BlockTypes::new(&module)?;
        let mut code = CodeSection::new();
        let mut changed = false;
        for (position, body) in module.bodies.iter().enumerate() {
            let function = index(position)?.saturating_add(module.imported_functions);
            if let Some(plan) = plan(function, body)? {
                code.raw(&emit(&module, &mut types, function, body, &plan)?);
                changed = true;
            } else {
                code.raw(body.as_bytes());
            }
        }
        if !changed {
            return Ok(None);
        }
        assemble(&module, types.into_added(), &code).map(Some)
    }
}

/// Returns `module` with `code` and the types that it needs.
fn assemble(module: &Module<'_>, added: Vec<FuncType>, code: &CodeSection) -> Result<Vec<u8>, RewriteError> {
    let mut written = wasm_encoder::Module::new();
    let mut added = Some(added).filter(|added| !added.is_empty());
    for section in &module.sections {
        let contents = &module.wasm[section.contents.clone()];
        let offset = section.contents.start;
        if section.is(SectionId::Custom) {
            copy_custom_section(&mut written, contents, offset, &mut Unchanged)?;
            continue;
        }
        if section.is(SectionId::Code) {
            written.section(code);
        } else if section.is(SectionId::Type)
            && let Some(added) = added.take()
        {
            written.section(&with_types(module, section, added)?);
        } else {
            written.section(&module.raw(section));
        }
    }
    Ok(written.finish())
}

/// Returns the type section with `added` after its types.
fn with_types(module: &Module<'_>, section: &Section, added: Vec<FuncType>) -> Result<TypeSection, RewriteError> {
    let reader = TypeSectionReader::new(module.reader(section))?;
    let mut types = TypeSection::new();
    RoundtripReencoder.parse_type_section(&mut types, reader)?;
    for ty in added {
        types.ty().func_type(&RoundtripReencoder.func_type(ty)?);
    }
    Ok(types)
}
