//! The training build: counts every call through the table, and the slots that most calls of a site reach.
//!
//! A separate memory has a record for each site, which the host reads afterwards. The slots are found in constant space
//! with the algorithm of Misra and Gries (the majority vote of Boyer and Moore for more than one winner). A slot that
//! gets more than one in eight calls of a site is never lost, and the count of a slot is never too high.

use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{
    BlockType, CodeSection, Encode, ExportKind, ExportSection, Function, FunctionSection, Instruction, MemArg,
    MemorySection, MemoryType, SectionId, TypeSection, ValType,
};
use wasmparser::{
    ExportSectionReader, FunctionSectionReader, ImportSectionReader, MemorySectionReader, TypeRef, TypeSectionReader,
};

use super::call_sites::{CallSite, indirect_calls};
use super::error::RewriteError;
use super::module::{Module, Section, index};
use super::pipeline::Pass;
use super::sections::with_sections;
use super::splice::Splice;

/// The name of the exported memory of the counters.
pub const CALL_COUNTS_EXPORT: &str = "terrarium.calls";

/// Bytes of a record: the number of calls, then the entries.
const RECORD: u32 = 128;
/// Offset of the entries, and bytes of an entry: a slot and the number of its calls, which is zero for a free entry.
const ENTRIES: u32 = 16;
const ENTRY: u32 = 16;
const CALLS: u64 = 0;
const SLOT: u64 = 0;
const MET: u64 = 8;
const PAGE: u64 = 65536;

/// The counts of a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallCount {
    /// The site.
    pub site: CallSite,
    /// The number of calls.
    pub calls: u64,
    /// The slots that most calls reached, each with a lower bound of its calls: the true number is higher by at most an
    /// eighth of all calls.
    pub slots: Vec<(u32, u64)>,
}

/// Returns the counts of a training build of the module `wasm`; `memory` is the content of its exported memory.
///
/// # Errors
/// [`RewriteError::Malformed`] if `wasm` is not a module.
pub fn call_counts(wasm: &[u8], memory: &[u8]) -> Result<Vec<CallCount>, RewriteError> {
    let module = Module::parse(wasm)?;
    let mut counts = Vec::new();
    let mut records = memory.as_chunks::<{ RECORD as usize }>().0.iter();
    for (position, body) in module.bodies.iter().enumerate() {
        for call in indirect_calls(&module, position, body)? {
            let Some(record) = records.next() else { return Ok(counts) };
            let (head, entries) = record.split_at(ENTRIES as usize);
            let entries = entries.as_chunks::<{ ENTRY as usize }>().0.iter();
            let slots = entries.map(|entry| (word(entry, SLOT) as u32, word(entry, MET))).filter(|(_, met)| *met > 0);
            counts.push(CallCount { site: call.site, calls: word(head, CALLS), slots: slots.collect() });
        }
    }
    Ok(counts)
}

/// Returns the eight-byte number at an offset.
fn word(bytes: &[u8], offset: u64) -> u64 {
    let bytes = bytes.iter().skip(offset as usize).take(8);
    bytes.rev().fold(0, |word, byte| (word << 8) | u64::from(*byte))
}

/// The pass for [`RewriteOptions::count_calls`](super::RewriteOptions::count_calls).
pub(super) struct CountCalls;

impl Pass for CountCalls {
    fn name(&self) -> &'static str {
        "counted calls"
    }

    fn run(&self, wasm: &[u8]) -> Result<Option<Vec<u8>>, RewriteError> {
        let module = Module::parse(wasm)?;
        let counter = index(module.functions.len())?;
        let mut code = CodeSection::new();
        let mut record = 0_u32;
        for (position, body) in module.bodies.iter().enumerate() {
            let mut out = Splice::new(wasm, body.range());
            for call in indirect_calls(&module, position, body)? {
                // The number of the slot is on the stack, and the counter returns it.
                let out = out.insert_before(call.place.start);
                Instruction::I32Const(record.cast_signed()).encode(out);
                Instruction::Call(counter).encode(out);
                record = record
                    .checked_add(RECORD)
                    .ok_or(RewriteError::TooLarge { what: "calls", limit: (u32::MAX / RECORD) as usize })?;
            }
            code.raw(&out.finish());
        }
        if record == 0 {
            return Ok(None);
        }
        let (mut memories, memory) = memories(&module)?;
        memories.memory(pages(record));
        let mut exports = exports(&module)?;
        exports.export(CALL_COUNTS_EXPORT, ExportKind::Memory, memory);
        code.function(&count(memory));
        let (types, functions) = (types(&module)?, functions(&module)?);
        with_sections(&module, &[&types, &functions, &memories, &exports, &code]).map(Some)
    }
}

/// Returns the type of a memory of this many bytes that cannot grow.
fn pages(bytes: u32) -> MemoryType {
    let minimum = u64::from(bytes).div_ceil(PAGE);
    MemoryType { minimum, maximum: Some(minimum), memory64: false, shared: false, page_size_log2: None }
}

/// Returns the counting function. It takes the number of a slot and the address of a record, and returns the former.
fn count(memory: u32) -> Function {
    use Instruction::{
        BrIf, Else, End, I32Add, I32Const, I32Eq, I32Load, I32LtU, I32Store, I64Add, I64Const, I64Eqz, I64Load,
        I64Store, If, LocalGet, LocalSet, LocalTee, Loop, Return,
    };
    const SLOT_NUMBER: u32 = 0;
    const RECORD_ADDRESS: u32 = 1;
    const ENTRY_ADDRESS: u32 = 2;
    const END_ADDRESS: u32 = 3;
    /// Zero for none: no entry has this address.
    const FREE_ADDRESS: u32 = 4;
    let at = |offset, align| MemArg { offset, align, memory_index: memory };
    let add = |address, offset, more| {
        let (read, write) = (I64Load(at(offset, 3)), I64Store(at(offset, 3)));
        [LocalGet(address), LocalGet(address), read, I64Const(more), I64Add, write]
    };
    let moved = |from, by: u32, to| [LocalGet(from), I32Const(by.cast_signed()), I32Add, LocalSet(to)];
    let next = [LocalGet(ENTRY_ADDRESS), I32Const(ENTRY.cast_signed()), I32Add, LocalTee(ENTRY_ADDRESS)];
    let until_end = [LocalGet(END_ADDRESS), I32LtU, BrIf(0), End];
    let parts: [&[Instruction<'_>]; 15] = [
        &add(RECORD_ADDRESS, CALLS, 1),
        &moved(RECORD_ADDRESS, RECORD, END_ADDRESS),
        &moved(RECORD_ADDRESS, ENTRIES, ENTRY_ADDRESS),
        // The entry of this slot counts one more call; a free entry is remembered.
        &[Loop(BlockType::Empty), LocalGet(ENTRY_ADDRESS), I64Load(at(MET, 3)), I64Eqz, If(BlockType::Empty)],
        &[LocalGet(ENTRY_ADDRESS), LocalSet(FREE_ADDRESS), Else],
        &[LocalGet(ENTRY_ADDRESS), I32Load(at(SLOT, 2)), LocalGet(SLOT_NUMBER), I32Eq, If(BlockType::Empty)],
        &add(ENTRY_ADDRESS, MET, 1),
        &[LocalGet(SLOT_NUMBER), Return, End, End],
        &next,
        &until_end,
        // The slot gets the free entry, or every entry counts one call less.
        &[LocalGet(FREE_ADDRESS), If(BlockType::Empty)],
        &[LocalGet(FREE_ADDRESS), LocalGet(SLOT_NUMBER), I32Store(at(SLOT, 2))],
        &add(FREE_ADDRESS, MET, 1),
        &[LocalGet(SLOT_NUMBER), Return, End],
        &moved(RECORD_ADDRESS, ENTRIES, ENTRY_ADDRESS),
    ];
    let behind: [&[Instruction<'_>]; 5] =
        [&[Loop(BlockType::Empty)], &add(ENTRY_ADDRESS, MET, -1), &next, &until_end, &[LocalGet(SLOT_NUMBER), End]];
    let mut body = Function::new([(3, ValType::I32)]);
    for instruction in parts.into_iter().chain(behind).flatten() {
        body.instruction(instruction);
    }
    body
}

/// Returns the types of the module, and the type of the counter after them.
fn types(module: &Module<'_>) -> Result<TypeSection, RewriteError> {
    let mut types = TypeSection::new();
    for section in sections(module, SectionId::Type) {
        RoundtripReencoder.parse_type_section(&mut types, TypeSectionReader::new(module.reader(section))?)?;
    }
    types.ty().function([ValType::I32, ValType::I32], [ValType::I32]);
    Ok(types)
}

/// Returns the functions of the module, and the counter after them.
fn functions(module: &Module<'_>) -> Result<FunctionSection, RewriteError> {
    let mut functions = FunctionSection::new();
    for section in sections(module, SectionId::Function) {
        let reader = FunctionSectionReader::new(module.reader(section))?;
        RoundtripReencoder.parse_function_section(&mut functions, reader)?;
    }
    functions.function(index(module.types.len())?);
    Ok(functions)
}

/// Returns the memories that the module defines, and the index of the next one.
fn memories(module: &Module<'_>) -> Result<(MemorySection, u32), RewriteError> {
    let mut memories = MemorySection::new();
    let mut imported = 0_u32;
    for section in sections(module, SectionId::Import) {
        for import in ImportSectionReader::new(module.reader(section))?.into_imports() {
            imported = imported.saturating_add(u32::from(matches!(import?.ty, TypeRef::Memory(_))));
        }
    }
    for section in sections(module, SectionId::Memory) {
        RoundtripReencoder.parse_memory_section(&mut memories, MemorySectionReader::new(module.reader(section))?)?;
    }
    let next = imported.saturating_add(memories.len());
    Ok((memories, next))
}

/// Returns the module's exports, none of which may have the name of the counters.
fn exports(module: &Module<'_>) -> Result<ExportSection, RewriteError> {
    let mut exports = ExportSection::new();
    for section in sections(module, SectionId::Export) {
        for export in ExportSectionReader::new(module.reader(section))? {
            let export = export?;
            if export.name == CALL_COUNTS_EXPORT {
                return Err(RewriteError::Reserved { how: "exports", name: export.name.to_owned() });
            }
            RoundtripReencoder.parse_export(&mut exports, export)?;
        }
    }
    Ok(exports)
}

fn sections<'m>(module: &'m Module<'_>, id: SectionId) -> impl Iterator<Item = &'m Section> {
    module.sections.iter().filter(move |section| section.is(id))
}
