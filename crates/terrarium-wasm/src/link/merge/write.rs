//! Writing the merged module.

use std::collections::BTreeMap;

use wasm_encoder::{CodeSection, ElementSection, Section};
use wasmparser::ExternalKind;

use super::error::{Fault, MergeError, index};
use super::exports::{self, MainExports};
use super::functions::FunctionIndices;
use super::globals::Globals;
use super::input::Merge;
use super::module::Module;
use super::renumber::{Renumbering, Run};
use super::shared::TABLE;
use super::snapshot::MemoryImage;
use super::types::Types;
use super::{code, elements, shared};

/// The most bytes of all modules together. An index of one byte may become one of five, and the size of a section is a
/// 32-bit number.
const MAX_BYTES: usize = 1 << 29;

impl Merge<'_> {
    /// Returns the merged module. The same input gives the same bytes.
    ///
    /// # Errors
    /// [`MergeError`], which names the defective module: one that is malformed, that uses its data segments while it
    /// runs, that defines a memory or table besides the main module's, or whose imports differ from the definitions.
    pub fn write(&self) -> Result<Vec<u8>, MergeError> {
        self.write_exporting(&|_| true)
    }

    /// Returns the merged module with a selection of the exports. Of the functions and globals of the parts, it exports
    /// only those for whose name, with the part's prefix, `is_exported` returns true.
    ///
    /// # Errors
    /// As for [`write`](Self::write).
    pub fn write_exporting(&self, is_exported: &dyn Fn(&str) -> bool) -> Result<Vec<u8>, MergeError> {
        let size = self.parts.iter().fold(0, |size: usize, part| size.saturating_add(part.wasm.len()));
        if size > MAX_BYTES {
            return Err(MergeError::TooMany("bytes of code"));
        }
        let mut modules = Vec::with_capacity(self.parts.len());
        let mut mappings = Vec::with_capacity(self.parts.len());
        let mut types = Types::default();
        let mut segments = 0_u32;
        for (position, part) in self.parts.iter().enumerate() {
            let of = |fault| MergeError::of(position, &part.prefix, fault);
            let module = Module::parse(part.wasm).map_err(of)?;
            let length = index(module.elements.len(), "element segments")?;
            let mapping = Renumbering {
                types: types.add(&module.types).map_err(of)?,
                elements: Run { start: segments, length },
                ..Renumbering::default()
            };
            segments = segments.checked_add(length).ok_or(MergeError::TooMany("element segments"))?;
            modules.push(module);
            mappings.push(mapping);
        }
        let main = modules.first().ok_or(MergeError::Empty)?;
        let exports = MainExports::of(main);
        let functions = FunctionIndices::number(&self.parts, &modules, &mut mappings)?;
        let tags = shared::map(self, &modules, &mut mappings, &exports)?;
        let globals = Globals::define(&self.parts, &modules, &mut mappings, &exports, is_exported)?;
        let main_mapping = mappings.first_mut().ok_or(MergeError::Empty)?;
        let of_main = |fault| MergeError::of(0, "", fault);
        let tables = shared::tables(self, main, main_mapping, &exports).map_err(of_main)?;
        let (memories, linear) = shared::memories(self, main, &exports).map_err(of_main)?;

        let mut written = wasm_encoder::Module::new();
        written.section(&types.section).section(&functions.imports).section(&functions.defined);
        written.section(&tables).section(&memories).section(&tags).section(&globals.section);
        written.section(&exports::section(&self.parts, &modules, &mappings, &globals, is_exported)?);
        let mut filled = ElementSection::new();
        let mut code = CodeSection::new();
        for (position, (module, mapping)) in modules.iter().zip(&mut mappings).enumerate() {
            elements::append(&mut filled, module, mapping)
                .and_then(|()| code::append(&mut code, module, mapping))
                .map_err(|fault| MergeError::of(position, self.prefix(position), fault))?;
        }
        let slots = self.slots(&functions, &modules, &mappings)?;
        elements::append_slots(&mut filled, exports.get(TABLE, ExternalKind::Table).unwrap_or_default(), &slots);
        written.section(&filled).section(&code);
        drop(code);

        let data = MemoryImage::of(linear, self.memory)?;
        let mut written = written.finish();
        // The contents of the memory are the larger part, so growth by doubling would waste much memory.
        written.reserve_exact(data.len().saturating_add(16));
        data.append_to(&mut written);
        Ok(written)
    }

    fn prefix(&self, position: usize) -> &str {
        self.parts.get(position).map_or("", |part| &part.prefix)
    }

    /// Returns the function of each slot that was filled individually.
    fn slots(
        &self,
        functions: &FunctionIndices<'_>,
        modules: &[Module<'_>],
        mappings: &[Renumbering],
    ) -> Result<BTreeMap<u32, u32>, MergeError> {
        let mut slots = BTreeMap::new();
        for (slot, target) in &self.slots {
            let of = |fault: Fault| MergeError::Slot { slot: *slot, reason: fault.0 };
            if u64::from(*slot) >= self.table_size {
                return Err(of(Fault(format!("the table has {} slots", self.table_size))));
            }
            slots.insert(*slot, functions.slot(target, &self.parts, modules, mappings).map_err(of)?);
        }
        Ok(slots)
    }
}
