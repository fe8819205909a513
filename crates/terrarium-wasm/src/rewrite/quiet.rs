//! Output for debugging that a package's authors left in: calls of the C library that write it are left out.

use std::collections::BTreeMap;

use wasm_encoder::{CodeSection, Instruction, SectionId};
use wasmparser::{ExportSectionReader, ExternalKind, FunctionBody, ImportSectionReader, Operator, TypeRef};

use super::error::RewriteError;
use super::module::Module;
use super::pipeline::Pass;
use super::sections::with_sections;
use super::splice::Splice;

/// The functions, by their exports, and what they write with. LAPACK's `sgelsd` solves a least-squares problem; in the
/// release of `OpenBLAS` that the guest's packages contain, it writes "start of SGELSD" and more to stdout.
const WRITERS: [(&str, &str); 1] = [("sgelsd_", "fwrite")];

/// The pass for [`RewriteOptions::quiet`](super::RewriteOptions::quiet).
pub(super) struct Quiet;

impl Pass for Quiet {
    fn name(&self) -> &'static str {
        "output for debugging"
    }

    fn run(&self, wasm: &[u8]) -> Result<Option<Vec<u8>>, RewriteError> {
        let module = Module::parse(wasm)?;
        let writers = writers(&module)?;
        if writers.is_empty() {
            return Ok(None);
        }
        let mut code = CodeSection::new();
        for (function, body) in (module.imported_functions..).zip(&module.bodies) {
            match writers.get(&function) {
                Some(import) => code.raw(&without_calls(&module, body, *import)?),
                None => code.raw(body.as_bytes()),
            };
        }
        with_sections(&module, &[&code]).map(Some)
    }
}

/// Returns the module's functions of [`WRITERS`], each with the index of the import that writes.
fn writers(module: &Module<'_>) -> Result<BTreeMap<u32, u32>, RewriteError> {
    let mut found = BTreeMap::new();
    for section in module.sections.iter().filter(|section| section.is(SectionId::Export)) {
        for export in ExportSectionReader::new(module.reader(section))? {
            let export = export?;
            let Some((_, import)) = WRITERS.iter().find(|(name, _)| *name == export.name) else { continue };
            if export.kind == ExternalKind::Func
                && export.index >= module.imported_functions
                && let Some(import) = imported(module, import)?
            {
                found.insert(export.index, import);
            }
        }
    }
    Ok(found)
}

/// Returns the index of the imported function `name`.
fn imported(module: &Module<'_>, name: &str) -> Result<Option<u32>, RewriteError> {
    let mut function = 0;
    for section in module.sections.iter().filter(|section| section.is(SectionId::Import)) {
        for import in ImportSectionReader::new(module.reader(section))?.into_imports() {
            let import = import?;
            if matches!(import.ty, TypeRef::Func(_) | TypeRef::FuncExact(_)) {
                if (import.module, import.name) == ("env", name) {
                    return Ok(Some(function));
                }
                function += 1;
            }
        }
    }
    Ok(None)
}

/// Returns `body` without the calls of `import`: their arguments are computed and dropped, and the result is 0.
fn without_calls(module: &Module<'_>, body: &FunctionBody<'_>, import: u32) -> Result<Vec<u8>, RewriteError> {
    let signature = module.signature(import)?;
    let mut out = Splice::new(module.wasm, body.range());
    let mut reader = body.get_operators_reader()?;
    while !reader.eof() {
        let start = reader.original_position();
        if !matches!(reader.read()?, Operator::Call { function_index } if function_index == import) {
            continue;
        }
        let place = out.replace(start..reader.original_position());
        for _ in signature.params() {
            wasm_encoder::Encode::encode(&Instruction::Drop, place);
        }
        for result in signature.results() {
            let zero = match result {
                wasmparser::ValType::I64 => Instruction::I64Const(0),
                _ => Instruction::I32Const(0),
            };
            wasm_encoder::Encode::encode(&zero, place);
        }
    }
    Ok(out.finish())
}
