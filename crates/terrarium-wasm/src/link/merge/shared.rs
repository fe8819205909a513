//! Memories, tables and tags: all modules share the main module's.

use wasm_encoder::reencode::Reencode;
use wasm_encoder::{MemorySection, TableSection, TagSection};
use wasmparser::{ExternalKind, TableInit};

use super::error::{Fault, MergeError, index};
use super::exports::MainExports;
use super::input::Merge;
use super::module::{Module, Space};
use super::renumber::Renumbering;

/// Name of the export of the linear memory.
pub(super) const MEMORY: &str = "memory";
/// Name of the export of the function table.
pub(super) const TABLE: &str = "__indirect_function_table";
/// Bytes of a page of a linear memory.
const PAGE: usize = 1 << 16;
/// The most pages of a linear memory.
const MAX_PAGES: u64 = 1 << 16;

/// Maps the memories, tables and tags of each module, and returns the tags.
pub(super) fn map(
    merge: &Merge<'_>,
    modules: &[Module<'_>],
    mappings: &mut [Renumbering],
    exports: &MainExports<'_>,
) -> Result<TagSection, MergeError> {
    let mut tags = TagSection::new();
    let (Some((main, libraries)), Some((main_mapping, mappings))) = (modules.split_first(), mappings.split_first_mut())
    else {
        return Err(MergeError::Empty);
    };
    nothing_imported(&main.tables, "table")
        .and_then(|()| nothing_imported(&main.memories, "memory"))
        .and_then(|()| nothing_imported(&main.tags, "tag"))
        .map_err(|fault| MergeError::of(0, "", fault))?;
    main_mapping.tables = (0..index(main.tables.len(), "tables")?).collect();
    main_mapping.memories = (0..index(main.memories.len(), "memories")?).collect();
    define_tags(&mut tags, main, main_mapping).map_err(|fault| MergeError::of(0, "", fault))?;
    for (position, (module, mapping)) in libraries.iter().zip(mappings).enumerate() {
        let position = position.saturating_add(1);
        let prefix = merge.parts.get(position).map_or("", |part| &part.prefix);
        import(module, mapping, main, main_mapping, exports)
            .and_then(|()| define_tags(&mut tags, module, mapping))
            .map_err(|fault| MergeError::of(position, prefix, fault))?;
    }
    Ok(tags)
}

fn nothing_imported<I, D>(space: &Space<'_, I, D>, what: &str) -> Result<(), Fault> {
    space.imported.first().map_or(Ok(()), |import| {
        Err(Fault(format!("it imports {what} `{}`.`{}`, which no module defines", import.module, import.name)))
    })
}

/// Appends the tags that `module` defines.
fn define_tags(tags: &mut TagSection, module: &Module<'_>, mapping: &mut Renumbering) -> Result<(), Fault> {
    for tag in &module.tags.defined {
        mapping.tags.push(tags.len());
        tags.tag(mapping.tag_type(*tag)?);
    }
    Ok(())
}

/// Resolves the imports of a library, `module`, in `main`.
fn import(
    module: &Module<'_>,
    mapping: &mut Renumbering,
    main: &Module<'_>,
    main_mapping: &mut Renumbering,
    exports: &MainExports<'_>,
) -> Result<(), Fault> {
    // Its content would have to be part of the snapshot.
    if !module.memories.defined.is_empty() || !module.tables.defined.is_empty() {
        return Err(Fault("it defines a memory or a table; a shared library uses the main module's".to_owned()));
    }
    let differs = |what: &str, name: &str| Err(Fault(format!("it imports {what} `{name}` with another type")));
    for import in &module.tables.imported {
        let found = exports.find(import, ExternalKind::Table)?;
        let table = main.tables.defined.get(found as usize).ok_or_else(|| Fault::unknown("table", found))?;
        let (ty, wanted) = (main_mapping.table_type(table.ty)?, mapping.table_type(import.ty)?);
        if (ty.element_type, ty.table64, ty.shared) != (wanted.element_type, wanted.table64, wanted.shared) {
            return differs("table", import.name);
        }
        mapping.tables.push(found);
    }
    for import in &module.memories.imported {
        let found = exports.find(import, ExternalKind::Memory)?;
        let ty = main.memories.defined.get(found as usize).ok_or_else(|| Fault::unknown("memory", found))?;
        let wanted = &import.ty;
        if (ty.memory64, ty.shared, ty.page_size_log2) != (wanted.memory64, wanted.shared, wanted.page_size_log2) {
            return differs("memory", import.name);
        }
        mapping.memories.push(found);
    }
    for import in &module.tags.imported {
        let found = exports.find(import, ExternalKind::Tag)?;
        let tag = main.tags.defined.get(found as usize).ok_or_else(|| Fault::unknown("tag", found))?;
        if main_mapping.type_index(tag.func_type_idx)? != mapping.type_index(import.ty.func_type_idx)? {
            return differs("tag", import.name);
        }
        // The main module's tags come first.
        mapping.tags.push(found);
    }
    Ok(())
}

/// Writes the tables with their present sizes.
pub(super) fn tables(
    merge: &Merge<'_>,
    main: &Module<'_>,
    mapping: &mut Renumbering,
    exports: &MainExports<'_>,
) -> Result<TableSection, Fault> {
    let functions = exports.get(TABLE, ExternalKind::Table);
    if functions.is_none() && merge.table_size > 0 {
        return Err(Fault(format!("it exports no table `{TABLE}`")));
    }
    let mut tables = TableSection::new();
    for (position, table) in main.tables.defined.iter().enumerate() {
        let mut ty = mapping.table_type(table.ty)?;
        if functions.is_some_and(|functions| functions as usize == position) {
            ty.minimum = ty.minimum.max(merge.table_size);
            ty.maximum = ty.maximum.map(|maximum| maximum.max(ty.minimum));
        }
        match &table.init {
            TableInit::RefNull => tables.table(ty),
            TableInit::Expr(init) => tables.table_with_init(ty, &mapping.const_expr(init.clone())?),
        };
    }
    Ok(tables)
}

/// Writes the memories with their present sizes; returns them with the index of the linear memory.
pub(super) fn memories(
    merge: &Merge<'_>,
    main: &Module<'_>,
    exports: &MainExports<'_>,
) -> Result<(MemorySection, u32), Fault> {
    let linear = exports.get(MEMORY, ExternalKind::Memory);
    if linear.is_none() && !merge.memory.is_empty() {
        return Err(Fault(format!("it exports no memory `{MEMORY}`")));
    }
    let mut memories = MemorySection::new();
    for (position, ty) in main.memories.defined.iter().enumerate() {
        let mut ty = wasm_encoder::MemoryType::from(*ty);
        if linear.is_some_and(|linear| linear as usize == position) {
            if ty.memory64 || ty.shared || ty.page_size_log2.is_some() {
                return Err(Fault(format!("its memory `{MEMORY}` is not an ordinary 32-bit one")));
            }
            let bytes = merge.memory.len();
            let pages = (bytes / PAGE) as u64;
            if !bytes.is_multiple_of(PAGE) || pages > ty.maximum.unwrap_or(MAX_PAGES) {
                return Err(Fault(format!("its memory `{MEMORY}` cannot have {bytes} bytes")));
            }
            ty.minimum = pages;
        }
        memories.memory(ty);
    }
    Ok((memories, linear.unwrap_or_default()))
}
