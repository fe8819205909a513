//! What the main module exports, and what the merged module does.

use std::collections::{BTreeMap, HashMap, HashSet};

use wasm_encoder::{ExportKind, ExportSection};
use wasmparser::ExternalKind;

use super::error::{Fault, MergeError};
use super::input::Part;
use super::mapping::Mapping;
use super::module::{Imported, Module};

/// The exports of the main module by name.
pub(super) struct MainExports<'a>(HashMap<&'a str, (ExternalKind, u32)>);

impl<'a> MainExports<'a> {
    /// Those of `main`.
    pub(super) fn of(main: &Module<'a>) -> Self {
        Self(main.exports.iter().map(|export| (export.name, (export.kind, export.index))).collect())
    }

    /// The index of what is exported as `name`, if it is of this kind.
    pub(super) fn get(&self, name: &str, kind: ExternalKind) -> Option<u32> {
        self.0.get(name).filter(|export| export.0 == kind).map(|export| export.1)
    }

    /// The index of what `import` means.
    pub(super) fn find<I>(&self, import: &Imported<'_, I>, kind: ExternalKind) -> Result<u32, Fault> {
        import.export().and_then(|name| self.get(&name, kind)).ok_or_else(|| {
            let what = describe(kind);
            Fault(format!("the main module exports no {what} for its import `{}`.`{}`", import.module, import.name))
        })
    }
}

/// A word for `kind`.
fn describe(kind: ExternalKind) -> &'static str {
    match kind {
        ExternalKind::Func | ExternalKind::FuncExact => "function",
        ExternalKind::Table => "table",
        ExternalKind::Memory => "memory",
        ExternalKind::Global => "global",
        ExternalKind::Tag => "tag",
    }
}

/// The exports of the merged module. `globals` says where those of the main module are that may be constants in code.
pub(super) fn section(
    parts: &[Part<'_>],
    modules: &[Module<'_>],
    mappings: &[Mapping],
    globals: &BTreeMap<u32, u32>,
) -> Result<ExportSection, MergeError> {
    let mut section = ExportSection::new();
    let mut names = HashSet::new();
    for (position, ((part, module), mapping)) in parts.iter().zip(modules).zip(mappings).enumerate() {
        for export in &module.exports {
            let exported = match export.kind {
                ExternalKind::Func | ExternalKind::FuncExact => {
                    mapping.function(export.index).map(|index| (ExportKind::Func, index))
                }
                _ if position > 0 => continue,
                ExternalKind::Global => globals
                    .get(&export.index)
                    .map(|index| (ExportKind::Global, *index))
                    .ok_or_else(|| Fault::unknown("global", export.index)),
                // They keep their indices in the main module.
                ExternalKind::Table => Ok((ExportKind::Table, export.index)),
                ExternalKind::Memory => Ok((ExportKind::Memory, export.index)),
                ExternalKind::Tag => Ok((ExportKind::Tag, export.index)),
            };
            let (kind, index) = exported.map_err(|fault| MergeError::of(position, &part.prefix, fault))?;
            let name = format!("{}{}", part.prefix, export.name);
            section.export(&name, kind, index);
            if names.contains(&name) {
                return Err(MergeError::DuplicateExport(name));
            }
            names.insert(name);
        }
    }
    Ok(section)
}
