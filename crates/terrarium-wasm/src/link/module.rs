//! [`ModuleInfo`]: the facts that linking needs about a module. They are read from its bytes once and stored with its
//! machine code.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use wasmparser::{
    ConstExpr, Dylink0Subsection, ElementItems, ElementKind, ExternalKind, KnownCustom, Operator, Parser, Payload,
    SymbolFlags, TypeRef,
};

use super::LinkError;

/// Exported functions: their index in the module by name.
pub type FunctionExports = BTreeMap<String, u32>;
/// Exported data: its address by name, relative to the memory base in a side module.
pub type DataExports = BTreeMap<String, u32>;

/// The most static memory of a library.
const MAX_MEMORY: u32 = 1 << 30;
/// The most table slots of a library.
const MAX_SLOTS: u32 = 1 << 20;
/// The largest alignment, as a power of two.
const MAX_ALIGNMENT: u32 = 16;

/// The definitions and needs of a module.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModuleInfo {
    /// Bytes of static memory.
    pub memory_size: u32,
    /// Alignment of the static memory in bytes.
    pub memory_align: u32,
    /// Slots of the function table.
    pub table_size: u32,
    /// Alignment of the first slot.
    pub table_align: u32,
    /// Names of the libraries that must be loaded first.
    pub needed: Vec<String>,
    /// Folders to search for those libraries; `$ORIGIN` is the module's own folder.
    pub runtime_paths: Vec<String>,
    /// Imports that may stay undefined.
    pub weak: BTreeSet<String>,
    /// Exported functions.
    pub functions: FunctionExports,
    /// Exported data.
    pub data: DataExports,
    /// Functions (by index) that the module itself puts into the table, with the slot: relative to the table base in a
    /// side module.
    pub slots: BTreeMap<u32, u32>,
}

impl ModuleInfo {
    /// Reads the facts about the side module `wasm`.
    ///
    /// # Errors
    /// [`LinkError::Malformed`], [`LinkError::NotShared`], [`LinkError::Excessive`].
    pub fn side(wasm: &[u8]) -> Result<Self, LinkError> {
        let (info, is_shared) = read(wasm)?;
        if !is_shared {
            return Err(LinkError::NotShared);
        }
        info.check()?;
        Ok(info)
    }

    /// Reads the facts about the main module `wasm`.
    ///
    /// # Errors
    /// [`LinkError::Malformed`].
    pub fn main(wasm: &[u8]) -> Result<Self, LinkError> {
        read(wasm).map(|(info, _)| info)
    }

    fn check(&self) -> Result<(), LinkError> {
        let checks = [
            ("bytes of static memory:", self.memory_size, MAX_MEMORY),
            ("table slots:", self.table_size, MAX_SLOTS),
            ("an alignment of the memory of", self.memory_align, 1 << MAX_ALIGNMENT),
            ("an alignment of the table of", self.table_align, 1 << MAX_ALIGNMENT),
        ];
        match checks.into_iter().find(|(_, value, limit)| value > limit) {
            Some((what, value, limit)) => Err(LinkError::Excessive { what, value: value.into(), limit: limit.into() }),
            None => Ok(()),
        }
    }
}

/// Returns `2^exponent`, or a number above every limit.
fn power(exponent: u32) -> u32 {
    1_u32.checked_shl(exponent).unwrap_or(u32::MAX)
}

fn read(wasm: &[u8]) -> Result<(ModuleInfo, bool), LinkError> {
    let mut reader = Reader::default();
    for payload in Parser::new(0).parse_all(wasm) {
        reader.payload(payload.map_err(malformed)?).map_err(malformed)?;
    }
    let Reader { mut info, globals, exported_globals, is_shared, .. } = reader;
    for (name, index) in exported_globals {
        if let Some(Some(address)) = globals.get(index as usize) {
            info.data.insert(name, *address);
        }
    }
    Ok((info, is_shared))
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn malformed(error: wasmparser::BinaryReaderError) -> LinkError {
    // Some of the messages have several lines.
    LinkError::Malformed(error.to_string().split_whitespace().collect::<Vec<_>>().join(" "))
}

/// The parts of the module read so far.
#[derive(Default)]
struct Reader {
    info: ModuleInfo,
    is_shared: bool,
    /// The values of immutable 32-bit globals with a constant value, which are addresses.
    globals: Vec<Option<u32>>,
    /// The index of the global `__table_base`.
    table_base: Option<u32>,
    exported_globals: Vec<(String, u32)>,
}

impl Reader {
    fn payload(&mut self, payload: Payload<'_>) -> wasmparser::Result<()> {
        match payload {
            Payload::CustomSection(section) => {
                if let KnownCustom::Dylink0(subsections) = section.as_known() {
                    self.is_shared = true;
                    for subsection in subsections {
                        self.dylink(subsection?);
                    }
                }
            }
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    let import = import?;
                    if let TypeRef::Global(_) = import.ty {
                        if import.module == "env" && import.name == "__table_base" {
                            self.table_base = u32::try_from(self.globals.len()).ok();
                        }
                        self.globals.push(None);
                    }
                }
            }
            Payload::GlobalSection(globals) => {
                for global in globals {
                    let global = global?;
                    let value = if global.ty.mutable { None } else { self.constant(&global.init_expr)? };
                    self.globals.push(value.filter(|value| !value.from_table_base).map(|value| value.number));
                }
            }
            Payload::ExportSection(exports) => {
                for export in exports {
                    let export = export?;
                    match export.kind {
                        ExternalKind::Func => {
                            self.info.functions.insert(export.name.to_owned(), export.index);
                        }
                        ExternalKind::Global => self.exported_globals.push((export.name.to_owned(), export.index)),
                        _ => {}
                    }
                }
            }
            Payload::ElementSection(segments) => {
                for segment in segments {
                    self.segment(&segment?)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn dylink(&mut self, subsection: Dylink0Subsection<'_>) {
        let owned = |names: Vec<&str>| names.into_iter().map(str::to_owned).collect();
        let info = &mut self.info;
        match subsection {
            Dylink0Subsection::MemInfo(memory) => {
                (info.memory_size, info.memory_align) = (memory.memory_size, power(memory.memory_alignment));
                (info.table_size, info.table_align) = (memory.table_size, power(memory.table_alignment));
            }
            Dylink0Subsection::Needed(names) => info.needed = owned(names),
            Dylink0Subsection::RuntimePath(paths) => info.runtime_paths = owned(paths),
            Dylink0Subsection::ImportInfo(imports) => {
                let weak = imports.iter().filter(|import| import.flags.contains(SymbolFlags::BINDING_WEAK));
                info.weak.extend(weak.map(|import| import.field.to_owned()));
            }
            Dylink0Subsection::ExportInfo(_) | Dylink0Subsection::Unknown { .. } => {}
        }
    }

    /// Records the functions that a segment puts into slots.
    fn segment(&mut self, segment: &wasmparser::Element<'_>) -> wasmparser::Result<()> {
        let ElementKind::Active { table_index: None | Some(0), offset_expr } = &segment.kind else { return Ok(()) };
        let Some(Constant { number: offset, .. }) = self.constant(offset_expr)? else { return Ok(()) };
        let mut slot = offset;
        let mut put = |function: Option<u32>| {
            if let Some(function) = function {
                self.info.slots.entry(function).or_insert(slot);
            }
            slot = slot.wrapping_add(1);
        };
        match &segment.items {
            ElementItems::Functions(functions) => {
                for function in functions.clone() {
                    put(Some(function?));
                }
            }
            ElementItems::Expressions(_, expressions) => {
                for expression in expressions.clone() {
                    put(match expression?.get_operators_reader().read()? {
                        Operator::RefFunc { function_index } => Some(function_index),
                        _ => None,
                    });
                }
            }
        }
        Ok(())
    }

    /// Returns the value of a constant expression of numbers, additions and the table base.
    fn constant(&self, expression: &ConstExpr<'_>) -> wasmparser::Result<Option<Constant>> {
        let mut sum = Constant { number: 0, from_table_base: false };
        for operator in expression.get_operators_reader() {
            match operator? {
                Operator::I32Const { value } => sum.number = sum.number.wrapping_add(value.cast_unsigned()),
                Operator::GlobalGet { global_index } if Some(global_index) == self.table_base => {
                    sum.from_table_base = true;
                }
                Operator::I32Add | Operator::End => {}
                _ => return Ok(None),
            }
        }
        Ok(Some(sum))
    }
}

/// A number, possibly relative to the table base.
#[derive(Clone, Copy)]
struct Constant {
    number: u32,
    from_table_base: bool,
}
