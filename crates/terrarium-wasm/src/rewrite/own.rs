//! Imports that the module defines itself: calls of them become calls of the module's functions.
//!
//! Toolchains let a shared library import its own weak functions (C++ templates, inline functions), so that the linker
//! may choose another library's. Such a call, bound at run time, would have to go through the host or the table. Here
//! it stays inside the module, as in a static link.

use std::collections::{BTreeMap, BTreeSet};

use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{CodeSection, ElementSection, GlobalSection, Instruction, SectionId};
use wasmparser::{
    ElementSectionReader, ExportSectionReader, ExternalKind, FunctionBody, GlobalSectionReader, ImportSectionReader,
    Operator, TypeRef,
};

use super::error::RewriteError;
use super::module::Module;
use super::pipeline::Pass;
use super::sections::{Unchanged, copy_custom_section};
use super::splice::Splice;

/// The pass for [`RewriteOptions::own`](super::RewriteOptions::own).
pub(super) struct Own<'o> {
    elsewhere: &'o BTreeSet<String>,
}

impl<'o> Own<'o> {
    /// Makes a pass that binds the imports of the module's own functions, except for those named in `elsewhere`.
    pub(super) fn new(elsewhere: &'o BTreeSet<String>) -> Self {
        Self { elsewhere }
    }
}

impl Pass for Own<'_> {
    fn name(&self) -> &'static str {
        "own imports"
    }

    fn run(&self, wasm: &[u8]) -> Result<Option<Vec<u8>>, RewriteError> {
        let module = Module::parse(wasm)?;
        let bound = Bound::find(&module, self.elsewhere)?;
        if bound.0.is_empty() { Ok(None) } else { write(&module, bound).map(Some) }
    }
}

/// Maps the index of an import to that of the function that replaces it.
struct Bound(BTreeMap<u32, u32>);

impl Bound {
    fn find(module: &Module<'_>, elsewhere: &BTreeSet<String>) -> Result<Self, RewriteError> {
        let mut defined = BTreeMap::new();
        let mut bound = BTreeMap::new();
        for section in module.sections.iter().filter(|section| section.is(SectionId::Export)) {
            for export in ExportSectionReader::new(module.reader(section))? {
                let export = export?;
                if export.kind == ExternalKind::Func && export.index >= module.imported_functions {
                    defined.insert(export.name, export.index);
                }
            }
        }
        for section in module.sections.iter().filter(|section| section.is(SectionId::Import)) {
            let mut function = 0;
            for import in ImportSectionReader::new(module.reader(section))?.into_imports() {
                let import = import?;
                if !matches!(import.ty, TypeRef::Func(_)) {
                    continue;
                }
                if import.module == "env"
                    && let Some(own) = defined.get(import.name)
                    && !elsewhere.contains(import.name)
                    && module.signature(function)? == module.signature(*own)?
                {
                    bound.insert(function, *own);
                }
                function += 1;
            }
        }
        Ok(Self(bound))
    }

    fn get(&self, function: u32) -> u32 {
        self.0.get(&function).copied().unwrap_or(function)
    }

    /// Returns `body` with its calls bound.
    fn body(&self, wasm: &[u8], body: &FunctionBody<'_>) -> Result<Vec<u8>, RewriteError> {
        let mut out = Splice::new(wasm, body.range());
        let mut reader = body.get_operators_reader()?;
        while !reader.eof() {
            let start = reader.original_position();
            let (function, bound): (u32, fn(u32) -> Instruction<'static>) = match reader.read()? {
                Operator::Call { function_index } => (function_index, Instruction::Call),
                Operator::ReturnCall { function_index } => (function_index, Instruction::ReturnCall),
                Operator::RefFunc { function_index } => (function_index, Instruction::RefFunc),
                _ => continue,
            };
            if let Some(own) = self.0.get(&function) {
                out.replace_with(start..reader.original_position(), &bound(*own));
            }
        }
        Ok(out.finish())
    }
}

impl Reencode for Bound {
    type Error = RewriteError;

    fn function_index(&mut self, function: u32) -> Result<u32, Error<RewriteError>> {
        Ok(self.get(function))
    }
}

fn write(module: &Module<'_>, mut bound: Bound) -> Result<Vec<u8>, RewriteError> {
    let mut written = wasm_encoder::Module::new();
    for section in &module.sections {
        if section.is(SectionId::Code) {
            let mut code = CodeSection::new();
            for body in &module.bodies {
                code.raw(&bound.body(module.wasm, body)?);
            }
            written.section(&code);
        } else if section.is(SectionId::Global) {
            let mut globals = GlobalSection::new();
            bound.parse_global_section(&mut globals, GlobalSectionReader::new(module.reader(section))?)?;
            written.section(&globals);
        } else if section.is(SectionId::Element) {
            let mut elements = ElementSection::new();
            bound.parse_element_section(&mut elements, ElementSectionReader::new(module.reader(section))?)?;
            written.section(&elements);
        } else if section.is(SectionId::Custom) {
            // A name section stays correct, because no index of a function changes.
            let contents = &module.wasm[section.contents.clone()];
            copy_custom_section(&mut written, contents, section.contents.start, &mut Unchanged)?;
        } else {
            written.section(&module.raw(section));
        }
    }
    Ok(written.finish())
}
