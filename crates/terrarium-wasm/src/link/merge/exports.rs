//! The exports of the main module and of the merged module.

use std::collections::{HashMap, HashSet};

use wasm_encoder::{ExportKind, ExportSection};
use wasmparser::ExternalKind;

use super::error::{Fault, MergeError};
use super::globals::Globals;
use super::input::Part;
use super::module::{Imported, Module};
use super::renumber::Renumbering;
use crate::rewrite::GLOBAL_EXPORT_PREFIX;

/// The exports of the main module by name.
pub(super) struct MainExports<'a>(HashMap<&'a str, (ExternalKind, u32)>);

impl<'a> MainExports<'a> {
    /// Reads the exports of `main`.
    pub(super) fn of(main: &Module<'a>) -> Self {
        Self(main.exports.iter().map(|export| (export.name, (export.kind, export.index))).collect())
    }

    /// Returns the index of the export `name`, if it is of this kind.
    pub(super) fn get(&self, name: &str, kind: ExternalKind) -> Option<u32> {
        self.0.get(name).filter(|export| export.0 == kind).map(|export| export.1)
    }

    /// Returns the index of the export that `import` refers to.
    pub(super) fn find<I>(&self, import: &Imported<'_, I>, kind: ExternalKind) -> Result<u32, Fault> {
        import.export().and_then(|name| self.get(&name, kind)).ok_or_else(|| {
            let what = describe(kind);
            Fault(format!("the main module exports no {what} for its import `{}`.`{}`", import.module, import.name))
        })
    }
}

/// Returns a word for `kind`.
fn describe(kind: ExternalKind) -> &'static str {
    match kind {
        ExternalKind::Func | ExternalKind::FuncExact => "function",
        ExternalKind::Table => "table",
        ExternalKind::Memory => "memory",
        ExternalKind::Global => "global",
        ExternalKind::Tag => "tag",
    }
}

/// Writes the exports of the merged module. All mutable globals are exported as the rewriting does, so that the merged
/// module can be the main module of another merge.
pub(super) fn section(
    parts: &[Part<'_>],
    modules: &[Module<'_>],
    mappings: &[Renumbering],
    globals: &Globals,
    is_exported: &dyn Fn(&str) -> bool,
) -> Result<ExportSection, MergeError> {
    let mut section = ExportSection::new();
    let mut names = HashSet::new();
    let mut add = |name: String, kind, index| {
        section.export(&name, kind, index);
        if names.contains(&name) {
            return Err(MergeError::DuplicateExport(name));
        }
        names.insert(name);
        Ok(())
    };
    for (position, ((part, module), mapping)) in parts.iter().zip(modules).zip(mappings).enumerate() {
        for export in &module.exports {
            let name = format!("{}{}", part.prefix, export.name);
            let is_left_out = !is_exported(&name);
            let exported = match export.kind {
                ExternalKind::Func | ExternalKind::FuncExact | ExternalKind::Global if is_left_out => continue,
                ExternalKind::Func | ExternalKind::FuncExact => {
                    mapping.function(export.index).map(|index| (ExportKind::Func, index))
                }
                _ if position > 0 => continue,
                // These globals have other indices in the merged module.
                ExternalKind::Global if export.name.starts_with(GLOBAL_EXPORT_PREFIX) => continue,
                ExternalKind::Global => globals
                    .exported
                    .get(&export.index)
                    .map(|index| (ExportKind::Global, *index))
                    .ok_or_else(|| Fault::unknown("global", export.index)),
                // Tables keep their indices of the main module.
                ExternalKind::Table => Ok((ExportKind::Table, export.index)),
                ExternalKind::Memory => Ok((ExportKind::Memory, export.index)),
                ExternalKind::Tag => Ok((ExportKind::Tag, export.index)),
            };
            let (kind, index) = exported.map_err(|fault| MergeError::of(position, &part.prefix, fault))?;
            add(name, kind, index)?;
        }
    }
    for index in &globals.mutable {
        add(format!("{GLOBAL_EXPORT_PREFIX}{index}"), ExportKind::Global, *index)?;
    }
    Ok(section)
}
