//! Functions that the host serves instead of the module: their bodies become calls of added imports.

use std::collections::BTreeMap;

use wasm_encoder::reencode::{Error, Reencode, utils};
use wasm_encoder::{
    CodeSection, ElementSection, EntityType, ExportSection, Function, GlobalSection, ImportSection, IndirectNameMap,
    Instruction, NameSection, SectionId, StartSection, TableSection,
};
use wasmparser::{
    BinaryReader, ElementSectionReader, ExportSectionReader, ExternalKind, FunctionBody, GlobalSectionReader,
    ImportSectionReader, Name, Operator, TableSectionReader,
};

use super::error::RewriteError;
use super::module::{Module, index};
use super::options::Redirect;
use super::pipeline::Pass;
use super::sections::copy_custom_section;
use super::splice::Splice;

/// The pass for [`RewriteOptions::redirects`](super::RewriteOptions::redirects).
pub(super) struct Redirects<'o> {
    redirects: &'o [Redirect],
}

impl<'o> Redirects<'o> {
    /// Makes a pass that carries out `redirects`.
    pub(super) fn new(redirects: &'o [Redirect]) -> Self {
        Self { redirects }
    }
}

impl Pass for Redirects<'_> {
    fn name(&self) -> &'static str {
        "redirects"
    }

    fn run(&self, wasm: &[u8]) -> Result<Option<Vec<u8>>, RewriteError> {
        let module = Module::parse(wasm)?;
        let added = AddedImports::resolve(&module, self.redirects)?;
        if added.imports.is_empty() {
            return Ok(None);
        }
        Writer { module, added }.write().map(Some)
    }
}

/// The added imports, and the functions that call them.
struct AddedImports<'o> {
    /// The imports, each with the type index of the function that it replaces.
    imports: Vec<(&'o Redirect, u32)>,
    /// Maps the index of a function to the position of its import in `imports`.
    replaced: BTreeMap<u32, usize>,
    /// The number of functions that the module imported before.
    imported_before: u32,
}

impl<'o> AddedImports<'o> {
    fn resolve(module: &Module<'_>, redirects: &'o [Redirect]) -> Result<Self, RewriteError> {
        let mut added =
            Self { imports: Vec::new(), replaced: BTreeMap::new(), imported_before: module.imported_functions };
        let exports = exports(module)?;
        for redirect in redirects {
            let function = added.defined_function(&exports, redirect)?;
            if let Some(position) = added.replaced.get(&function) {
                let (first, _) = added.imports[*position];
                if (&first.module, &first.name) != (&redirect.module, &redirect.name) {
                    return Err(RewriteError::ConflictingRedirects {
                        first: first.export.clone(),
                        second: redirect.export.clone(),
                    });
                }
                continue;
            }
            let ty = module.type_of(function)?;
            added.replaced.insert(function, added.imports.len());
            added.imports.push((redirect, ty));
        }
        Ok(added)
    }

    fn defined_function(
        &self,
        exports: &BTreeMap<&str, (ExternalKind, u32)>,
        redirect: &Redirect,
    ) -> Result<u32, RewriteError> {
        let what = match exports.get(redirect.export.as_str()) {
            Some((ExternalKind::Func | ExternalKind::FuncExact, function)) if *function >= self.imported_before => {
                return Ok(*function);
            }
            Some((ExternalKind::Func | ExternalKind::FuncExact, _)) => "an imported function",
            Some((ExternalKind::Table, _)) => "a table",
            Some((ExternalKind::Memory, _)) => "a memory",
            Some((ExternalKind::Global, _)) => "a global",
            Some((ExternalKind::Tag, _)) => "a tag",
            None => {
                return Err(RewriteError::MissingExport { export: redirect.export.clone() });
            }
        };
        Err(RewriteError::NotADefinedFunction { export: redirect.export.clone(), what })
    }

    /// Returns the index of `function` with the imports added.
    fn shift(&self, function: u32) -> Result<u32, RewriteError> {
        if function < self.imported_before {
            return Ok(function);
        }
        function
            .checked_add(index(self.imports.len())?)
            .ok_or(RewriteError::TooLarge { what: "functions", limit: u32::MAX as usize })
    }
}

impl Reencode for AddedImports<'_> {
    type Error = RewriteError;

    fn function_index(&mut self, function: u32) -> Result<u32, Error<RewriteError>> {
        self.shift(function).map_err(Error::UserError)
    }

    fn parse_custom_name_subsection(
        &mut self,
        names: &mut NameSection,
        section: Name<'_>,
    ) -> Result<(), Error<RewriteError>> {
        let Name::Local(functions) = section else {
            return utils::parse_custom_name_subsection(self, names, section);
        };
        let mut locals = IndirectNameMap::new();
        for function in functions {
            let function = function?;
            // A replaced function has parameters, but no longer any other locals.
            if !self.replaced.contains_key(&function.index) {
                let index = self.shift(function.index).map_err(Error::UserError)?;
                locals.append(index, &utils::name_map(function.names, Ok)?);
            }
        }
        names.locals(&locals);
        Ok(())
    }
}

fn exports<'a>(module: &Module<'a>) -> Result<BTreeMap<&'a str, (ExternalKind, u32)>, RewriteError> {
    let mut exports = BTreeMap::new();
    for section in &module.sections {
        if section.is(SectionId::Export) {
            for export in ExportSectionReader::new(module.reader(section))? {
                let export = export?;
                exports.insert(export.name, (export.kind, export.index));
            }
        }
    }
    Ok(exports)
}

struct Writer<'a, 'o> {
    module: Module<'a>,
    added: AddedImports<'o>,
}

impl Writer<'_, '_> {
    fn write(mut self) -> Result<Vec<u8>, RewriteError> {
        let mut written = wasm_encoder::Module::new();
        let mut imports = Some(ImportSection::new());
        let sections = std::mem::take(&mut self.module.sections);
        for section in &sections {
            let reader = self.module.reader(section);
            if section.is(SectionId::Custom) {
                let contents = &self.module.wasm[section.contents.clone()];
                let offset = section.contents.start;
                copy_custom_section(&mut written, contents, offset, &mut self.added)?;
                continue;
            }
            // A module without imports gets the section at its proper place: after the types.
            if !section.is(SectionId::Type)
                && let Some(mut imports) = imports.take()
            {
                let has_imports = section.is(SectionId::Import);
                if has_imports {
                    let reader = ImportSectionReader::new(reader.clone())?;
                    self.added.parse_import_section(&mut imports, reader)?;
                }
                for (redirect, ty) in &self.added.imports {
                    imports.import(&redirect.module, &redirect.name, EntityType::Function(*ty));
                }
                written.section(&imports);
                if has_imports {
                    continue;
                }
            }
            if section.is(SectionId::Code) {
                written.section(&self.code()?);
            } else if !self.with_indices(&mut written, section.id, reader)? {
                written.section(&self.module.raw(section));
            }
        }
        Ok(written.finish())
    }

    /// Writes the section `id` if it can name functions.
    fn with_indices(
        &mut self,
        written: &mut wasm_encoder::Module,
        id: u8,
        mut reader: BinaryReader<'_>,
    ) -> Result<bool, RewriteError> {
        let added = &mut self.added;
        match id {
            id if id == SectionId::Table as u8 => {
                let mut tables = TableSection::new();
                added.parse_table_section(&mut tables, TableSectionReader::new(reader)?)?;
                written.section(&tables);
            }
            id if id == SectionId::Global as u8 => {
                let mut globals = GlobalSection::new();
                added.parse_global_section(&mut globals, GlobalSectionReader::new(reader)?)?;
                written.section(&globals);
            }
            id if id == SectionId::Export as u8 => {
                let mut exports = ExportSection::new();
                added.parse_export_section(&mut exports, ExportSectionReader::new(reader)?)?;
                written.section(&exports);
            }
            id if id == SectionId::Start as u8 => {
                let function_index = added.shift(reader.read_var_u32()?)?;
                written.section(&StartSection { function_index });
            }
            id if id == SectionId::Element as u8 => {
                let mut elements = ElementSection::new();
                added.parse_element_section(&mut elements, ElementSectionReader::new(reader)?)?;
                written.section(&elements);
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn code(&self) -> Result<CodeSection, RewriteError> {
        let mut code = CodeSection::new();
        for (position, body) in self.module.bodies.iter().enumerate() {
            let function = index(position)?.saturating_add(self.added.imported_before);
            if let Some(import) = self.added.replaced.get(&function) {
                code.function(&self.forward(function, *import)?);
            } else {
                code.raw(&self.shifted(body)?);
            }
        }
        Ok(code)
    }

    /// Returns a body that calls the import at position `import` with the parameters of `function`.
    fn forward(&self, function: u32, import: usize) -> Result<Function, RewriteError> {
        let params = index(self.module.signature(function)?.params().len())?;
        let target = self.added.imported_before.saturating_add(index(import)?);
        let mut body = Function::new([]);
        for param in 0..params {
            body.instruction(&Instruction::LocalGet(param));
        }
        body.instruction(&Instruction::Call(target));
        body.instruction(&Instruction::End);
        Ok(body)
    }

    /// Returns `body` with its function indices shifted.
    fn shifted(&self, body: &FunctionBody<'_>) -> Result<Vec<u8>, RewriteError> {
        let mut out = Splice::new(self.module.wasm, body.range());
        let mut reader = body.get_operators_reader()?;
        while !reader.eof() {
            let start = reader.original_position();
            let shifted = match reader.read()? {
                Operator::Call { function_index } => Instruction::Call(self.added.shift(function_index)?),
                Operator::ReturnCall { function_index } => Instruction::ReturnCall(self.added.shift(function_index)?),
                Operator::RefFunc { function_index } => Instruction::RefFunc(self.added.shift(function_index)?),
                _ => continue,
            };
            out.replace_with(start..reader.original_position(), &shifted);
        }
        Ok(out.finish())
    }
}
