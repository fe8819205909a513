//! The pass over a whole module: the memory of one page, and the reads.

use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{
    CodeSection, Encode, ExportKind, ExportSection, ImportSection, Instruction, MemArg, MemorySection, MemoryType,
    SectionId,
};
use wasmparser::{
    ExportSectionReader, FunctionBody, ImportSectionReader, MemorySectionReader, SectionLimited, TypeRef,
};

use super::super::error::RewriteError;
use super::super::module::{Module, Section};
use super::super::options::SafepointMode;
use super::super::pipeline::Pass;
use super::super::sections::with_sections;
use super::super::splice::Splice;
use super::calls::reads;

/// The module name of the import.
pub const SAFEPOINT_MODULE: &str = "terrarium";
/// The name of the import.
pub const SAFEPOINT_NAME: &str = "safepoint";
/// The name of the main module's export of the memory of one page.
pub const SAFEPOINT_EXPORT: &str = "terrarium.safepoint";

/// The memory: one page that cannot grow.
const PAGE: MemoryType =
    MemoryType { minimum: 1, maximum: Some(1), memory64: false, shared: false, page_size_log2: None };

/// The pass for [`RewriteOptions::safepoint`](super::super::RewriteOptions::safepoint).
pub(in super::super) struct Safepoints {
    origin: SafepointMode,
}

impl Safepoints {
    /// Makes a pass that adds the memory according to `origin`, and the reads of it.
    pub(in super::super) fn new(origin: SafepointMode) -> Self {
        Self { origin }
    }
}

impl Pass for Safepoints {
    fn name(&self) -> &'static str {
        "safepoints"
    }

    fn run(&self, wasm: &[u8]) -> Result<Option<Vec<u8>>, RewriteError> {
        let module = Module::parse(wasm)?;
        let (mut imports, imported) = imports(&module)?;
        let (mut memories, defined) = memories(&module)?;
        let memory = match self.origin {
            SafepointMode::Define | SafepointMode::DefineUnread => imported.saturating_add(defined),
            // The module's own memories would get other indices.
            SafepointMode::Import if defined > 0 => return Err(RewriteError::OwnMemory),
            SafepointMode::Import => imported,
        };
        let read = if self.origin == SafepointMode::DefineUnread { Vec::new() } else { read(memory) };
        let mut code = CodeSection::new();
        for (body, places) in module.bodies.iter().zip(reads(&module, self.origin != SafepointMode::Import)?) {
            code.raw(&with_reads(module.wasm, body, &read, &places));
        }
        match self.origin {
            SafepointMode::Define | SafepointMode::DefineUnread => {
                memories.memory(PAGE);
                let mut exports = exports(&module)?;
                exports.export(SAFEPOINT_EXPORT, ExportKind::Memory, memory);
                with_code(&module, &[&memories, &exports], &code)
            }
            SafepointMode::Import => {
                imports.import(SAFEPOINT_MODULE, SAFEPOINT_NAME, PAGE);
                with_code(&module, &[&imports], &code)
            }
        }
    }
}

/// Returns `module` with `sections` and `code`, if it has code.
fn with_code(
    module: &Module<'_>,
    sections: &[&dyn wasm_encoder::Section],
    code: &CodeSection,
) -> Result<Option<Vec<u8>>, RewriteError> {
    let mut sections = sections.to_vec();
    if !code.is_empty() {
        sections.push(code);
    }
    with_sections(module, &sections).map(Some)
}

/// Returns the imports, and the number of memories among them.
fn imports(module: &Module<'_>) -> Result<(ImportSection, u32), RewriteError> {
    let mut imports = ImportSection::new();
    let mut memories = 0_u32;
    for section in sections(module, SectionId::Import) {
        for import in ImportSectionReader::new(module.reader(section))?.into_imports() {
            let import = import?;
            // A module with access to the page could make the host's own copies run into it.
            if import.name == SAFEPOINT_EXPORT || (import.module, import.name) == (SAFEPOINT_MODULE, SAFEPOINT_NAME) {
                return Err(RewriteError::Reserved { how: "imports", name: import.name.to_owned() });
            }
            memories = memories.saturating_add(u32::from(matches!(import.ty, TypeRef::Memory(_))));
        }
        RoundtripReencoder.parse_import_section(&mut imports, SectionLimited::new(module.reader(section))?)?;
    }
    Ok((imports, memories))
}

/// Returns the memories that the module defines, and their number.
fn memories(module: &Module<'_>) -> Result<(MemorySection, u32), RewriteError> {
    let mut memories = MemorySection::new();
    for section in sections(module, SectionId::Memory) {
        let reader = MemorySectionReader::new(module.reader(section))?;
        RoundtripReencoder.parse_memory_section(&mut memories, reader)?;
    }
    let count = memories.len();
    Ok((memories, count))
}

fn exports(module: &Module<'_>) -> Result<ExportSection, RewriteError> {
    let mut exports = ExportSection::new();
    for section in sections(module, SectionId::Export) {
        for export in ExportSectionReader::new(module.reader(section))? {
            let export = export?;
            if export.name == SAFEPOINT_EXPORT {
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

/// Returns the instructions of one read.
fn read(memory: u32) -> Vec<u8> {
    let mut written = Vec::new();
    Instruction::I32Const(0).encode(&mut written);
    Instruction::I32Load(MemArg { offset: 0, align: 2, memory_index: memory }).encode(&mut written);
    Instruction::Drop.encode(&mut written);
    written
}

/// Returns `body` with `read` before each of `places`.
fn with_reads(wasm: &[u8], body: &FunctionBody<'_>, read: &[u8], places: &[usize]) -> Vec<u8> {
    let mut out = Splice::new(wasm, body.range());
    for place in places {
        out.insert_before(*place).extend_from_slice(read);
    }
    out.finish()
}
