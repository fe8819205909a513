//! Writing the modules of a split.

use std::collections::{BTreeMap, BTreeSet};

use wasm_encoder::reencode::Reencode;
use wasm_encoder::{
    BlockType, CodeSection, ElementSection, Encode, EntityType, ExportSection, FuncType, FunctionSection,
    GlobalSection, ImportSection, Instruction, RawSection, RefType, SectionId, StartSection, TableType, TypeSection,
    ValType,
};
use wasmparser::{Parser, Payload};

use super::{
    PARTS, PARTS_LOAD, PARTS_TABLE,
    library::{Import, Library},
    mapping::Mapping,
    plan::{Home, PartImport, SplitError, SplitModule, addressed, number},
    uses::Uses,
};
use crate::{
    link::merge::{code::copy, elements::append_slots, error::Fault, module::Module},
    rewrite::GLOBAL_EXPORT_PREFIX,
};

impl SplitModule {
    /// Returns the root.
    ///
    /// # Errors
    /// [`SplitError`], for a library that is malformed.
    pub fn root(&self) -> Result<Vec<u8>, SplitError> {
        let own = self.homes.iter().zip(0..).filter(|(home, _)| **home == Home::Root).map(|(_, position)| position);
        let (wasm, _) = self.write(&own.collect::<Vec<_>>(), true)?;
        Ok(wasm)
    }

    /// Returns a part with its imports in the order of the module.
    ///
    /// # Errors
    /// [`SplitError`], when there is no such part.
    pub fn part(&self, part: usize) -> Result<(Vec<u8>, Vec<PartImport>), SplitError> {
        let own = self.parts.get(part).ok_or_else(|| SplitError(format!("it has no part {part}")))?;
        Ok(self.write(own, false)?)
    }

    fn write(&self, own: &[u32], is_root: bool) -> Result<(Vec<u8>, Vec<PartImport>), Fault> {
        let library = &self.library;
        let root = if is_root { Some(Module::parse(&self.wasm)?) } else { None };
        let mut uses = self.uses(own, root.as_ref())?;
        let is_own: BTreeSet<u32> = own.iter().copied().collect();
        let defined = |function: &u32| function.checked_sub(self.imported);
        let stubs: Vec<u32> =
            uses.functions.iter().filter_map(defined).filter(|position| !is_own.contains(position)).collect();
        for position in own.iter().chain(&stubs) {
            uses.types.insert(library.type_of(*position)?);
        }

        let mut mapping = Mapping::default();
        let (types, load) = types(library, &mut uses, &mut mapping)?;
        let mut imports = Imports::default();
        imports.add_all(library, &uses, &mut mapping, is_root)?;
        // The table of functions is the last one.
        let table = number(library.tables.len())?;
        let load = imports.add_own(load, self.slots())?;

        let mut next = number(imports.functions)?;
        let mut functions = FunctionSection::new();
        for position in own.iter().chain(&stubs) {
            functions.function(mapping.type_index(library.type_of(*position)?)?);
            mapping.functions.insert(self.imported.saturating_add(*position), next);
            next = next.saturating_add(1);
        }

        let mut written = wasm_encoder::Module::new();
        written.section(&types).section(&imports.section).section(&functions);
        let mut elements = ElementSection::new();
        if let Some(module) = &root {
            let mut globals = GlobalSection::new();
            for global in &module.globals.defined {
                mapping.parse_global(&mut globals, global.clone())?;
            }
            let mut exports = ExportSection::new();
            for export in &module.exports {
                mapping.parse_export(&mut exports, *export)?;
            }
            written.section(&globals).section(&exports);
            if let Some(start) = self.start {
                written.section(&StartSection { function_index: mapping.function_index(start)? });
            }
            for element in &module.elements {
                mapping.parse_element(&mut elements, element.clone())?;
            }
        }
        let mut slots = BTreeMap::new();
        for position in own {
            let index = self.imported.saturating_add(*position);
            if self.shared.contains(&index) {
                slots.insert(*position, mapping.function_index(index)?);
            }
        }
        append_slots(&mut elements, table, &slots);
        written.section(&elements);
        let data = if is_root { data(&self.wasm)? } else { Vec::new() };
        for (id, bytes) in data.iter().filter(|(id, _)| *id == SectionId::DataCount as u8) {
            written.section(&RawSection { id: *id, data: bytes });
        }
        let mut code = CodeSection::new();
        let mut scratch = Vec::new();
        for position in own {
            let body = library.body(&self.wasm, *position)?;
            code.raw(&copy(&self.wasm, &body, &mut mapping, true, &mut scratch)?);
        }
        for position in &stubs {
            let ty = library.type_of(*position)?;
            let parameters = number(library.ty(ty)?.params().len())?;
            code.raw(&stub(*position, parameters, mapping.type_index(ty)?, table, load));
        }
        written.section(&code);
        for (id, bytes) in data.iter().filter(|(id, _)| *id != SectionId::DataCount as u8) {
            written.section(&RawSection { id: *id, data: bytes });
        }
        Ok((written.finish(), imports.given))
    }

    /// Returns the items that a module needs.
    fn uses(&self, own: &[u32], root: Option<&Module<'_>>) -> Result<Uses, Fault> {
        let mut uses = Uses::default();
        for position in own {
            uses.extend(self.uses.get(*position as usize).ok_or_else(|| Fault::unknown("function", position))?);
        }
        if let Some(module) = root {
            // The host resolves the imports of the parts together with those of the root.
            uses.functions.extend(0..self.imported);
            uses.globals.extend(0..number(module.globals.len())?);
            uses.tags.extend(0..number(module.tags.imported.len())?);
            for element in &module.elements {
                addressed(element, &mut uses.functions)?;
            }
        }
        Ok(uses)
    }
}

/// Writes the types in use; returns them with the index of the type of the function that loads a part.
fn types(library: &Library, uses: &mut Uses, mapping: &mut Mapping) -> Result<(TypeSection, u32), Fault> {
    for function in &uses.functions {
        if let Some(import) = library.functions.get(*function as usize) {
            uses.types.insert(import.ty);
        }
    }
    for tag in &uses.tags {
        let import = library.tags.get(*tag as usize).ok_or_else(|| Fault::unknown("tag", tag))?;
        uses.types.insert(import.ty.func_type_idx);
    }
    let mut section = TypeSection::new();
    for ty in &uses.types {
        mapping.types.insert(*ty, section.len());
        let ty = mapping.func_type(library.ty(*ty)?.clone())?;
        section.ty().func_type(&ty);
    }
    let load = section.len();
    section.ty().func_type(&FuncType::new([ValType::I32], []));
    Ok((section, load))
}

/// The imports of one module.
#[derive(Default)]
struct Imports {
    section: ImportSection,
    functions: usize,
    /// The position of the next import among those of the root.
    place: usize,
    given: Vec<PartImport>,
}

impl Imports {
    /// Adds the library's imports in use, by kinds; the root has all of them. Parts also import globals of the root.
    fn add_all(&mut self, library: &Library, uses: &Uses, mapping: &mut Mapping, is_root: bool) -> Result<(), Fault> {
        for (import, index) in library.functions.iter().zip(0..) {
            if uses.functions.contains(&index) {
                mapping.functions.insert(index, number(self.functions)?);
                self.functions += 1;
                let ty = mapping.type_index(import.ty)?;
                self.add(import, EntityType::Function(ty));
            }
            self.place += 1;
        }
        for import in &library.tables {
            let ty = mapping.table_type(import.ty)?;
            self.add(import, EntityType::Table(ty));
            self.place += 1;
        }
        for import in &library.memories {
            self.add(import, EntityType::Memory(import.ty.into()));
            self.place += 1;
        }
        for (import, index) in library.globals.iter().zip(0..) {
            if uses.globals.contains(&index) {
                mapping.globals.insert(index, number(mapping.globals.len())?);
                let ty = mapping.global_type(import.ty)?;
                self.add(import, EntityType::Global(ty));
            }
            self.place += 1;
        }
        for (import, index) in library.tags.iter().zip(0..) {
            if uses.tags.contains(&index) {
                mapping.tags.insert(index, number(mapping.tags.len())?);
                let ty = mapping.tag_type(import.ty)?;
                self.add(import, EntityType::Tag(ty));
            }
            self.place += 1;
        }
        let imported = number(library.globals.len())?;
        for (global, position) in library.own_globals.iter().zip(0..) {
            let index = imported.saturating_add(position);
            if !uses.globals.contains(&index) {
                continue;
            }
            mapping.globals.insert(index, number(mapping.globals.len())?);
            if !is_root {
                let name = format!("{GLOBAL_EXPORT_PREFIX}{index}");
                let ty = mapping.global_type(*global)?;
                self.section.import(PARTS, &name, EntityType::Global(ty));
                self.given.push(PartImport::Global(name));
            }
        }
        Ok(())
    }

    fn add<T>(&mut self, import: &Import<T>, ty: EntityType) {
        self.section.import(&import.module, &import.name, ty);
        self.given.push(PartImport::Root(self.place));
    }

    /// Adds the table of functions, and the function of the type `load`, whose index is returned.
    fn add_own(&mut self, load: u32, slots: u32) -> Result<u32, Fault> {
        let table = TableType {
            element_type: RefType::FUNCREF,
            table64: false,
            minimum: slots.into(),
            maximum: None,
            shared: false,
        };
        self.section.import(PARTS, PARTS_TABLE, EntityType::Table(table));
        self.section.import(PARTS, PARTS_LOAD, EntityType::Function(load));
        self.given.extend([PartImport::Root(self.place), PartImport::Root(self.place + 1)]);
        let index = number(self.functions)?;
        self.functions += 1;
        Ok(index)
    }
}

/// Returns the body of a function that calls the function of a slot, and loads it before if needed.
fn stub(slot: u32, parameters: u32, ty: u32, table: u32, load: u32) -> Vec<u8> {
    let slot = slot.cast_signed();
    // No locals.
    let mut body = vec![0];
    for instruction in [
        Instruction::I32Const(slot),
        Instruction::TableGet(table),
        Instruction::RefIsNull,
        Instruction::If(BlockType::Empty),
        Instruction::I32Const(slot),
        Instruction::Call(load),
        Instruction::End,
    ] {
        instruction.encode(&mut body);
    }
    for parameter in 0..parameters {
        Instruction::LocalGet(parameter).encode(&mut body);
    }
    Instruction::I32Const(slot).encode(&mut body);
    Instruction::CallIndirect { type_index: ty, table_index: table }.encode(&mut body);
    Instruction::End.encode(&mut body);
    body
}

/// Returns the sections of data, as they are: the root keeps the indices of globals.
fn data(wasm: &[u8]) -> Result<Vec<(u8, &[u8])>, Fault> {
    let mut sections = Vec::new();
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload?;
        if matches!(payload, Payload::DataSection(_) | Payload::DataCountSection { .. })
            && let Some((id, range)) = payload.as_section()
        {
            sections.push((id, wasm.get(range).unwrap_or_default()));
        }
    }
    Ok(sections)
}
