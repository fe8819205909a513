//! Mutable globals become exports, so that a snapshot can hold their values.

use std::collections::BTreeMap;

use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{ExportKind, ExportSection, SectionId};
use wasmparser::{ExportSectionReader, ExternalKind, GlobalSectionReader, ImportSectionReader, TypeRef};

use super::error::RewriteError;
use super::module::{Module, index};
use super::pipeline::Pass;
use super::sections::with_sections;

/// The prefix of the name of an exported mutable global; its index in the module follows.
pub const GLOBAL_EXPORT_PREFIX: &str = "terrarium.global.";

/// The pass for [`RewriteOptions::export_globals`](super::RewriteOptions::export_globals).
pub(super) struct ExportGlobals;

impl Pass for ExportGlobals {
    fn name(&self) -> &'static str {
        "exported globals"
    }

    fn run(&self, wasm: &[u8]) -> Result<Option<Vec<u8>>, RewriteError> {
        let module = Module::parse(wasm)?;
        let mut wanted = mutable_globals(&module)?;
        let mut exports = ExportSection::new();
        for section in module.sections.iter().filter(|section| section.is(SectionId::Export)) {
            for export in ExportSectionReader::new(module.reader(section))? {
                let export = export?;
                if export.name.starts_with(GLOBAL_EXPORT_PREFIX) {
                    let is_there = export.kind == ExternalKind::Global
                        && wanted.remove(&export.index).is_some_and(|name| name == export.name);
                    if !is_there {
                        return Err(RewriteError::Reserved { how: "exports", name: export.name.to_owned() });
                    }
                }
                RoundtripReencoder.parse_export(&mut exports, export)?;
            }
        }
        if wanted.is_empty() {
            return Ok(None);
        }
        for (global, name) in &wanted {
            exports.export(name, ExportKind::Global, *global);
        }
        with_sections(&module, &[&exports]).map(Some)
    }
}

/// Returns the indices of the mutable globals that `module` defines, with the names of their exports.
fn mutable_globals(module: &Module<'_>) -> Result<BTreeMap<u32, String>, RewriteError> {
    let mut globals = 0_usize;
    let mut mutable = BTreeMap::new();
    for section in &module.sections {
        if section.is(SectionId::Import) {
            for import in ImportSectionReader::new(module.reader(section))?.into_imports() {
                globals += usize::from(matches!(import?.ty, TypeRef::Global(_)));
            }
        } else if section.is(SectionId::Global) {
            for global in GlobalSectionReader::new(module.reader(section))? {
                if global?.ty.mutable {
                    let global = index(globals)?;
                    mutable.insert(global, format!("{GLOBAL_EXPORT_PREFIX}{global}"));
                }
                globals += 1;
            }
        }
    }
    Ok(mutable)
}
