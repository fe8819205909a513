//! The added code: functions of a small module that is assembled from text, put at the end of another module.

use std::collections::BTreeMap;

use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{CodeSection, FunctionSection, Instruction, TypeSection};
use wasmparser::{ExportSectionReader, ImportSectionReader, Operator, SectionLimited, TypeRef, TypeSectionReader};

use super::super::error::RewriteError;
use super::super::module::{Module, index};

/// The address of the status word: below the C library's first data, where a null pointer with an offset would point.
pub(super) const STATUS_ADDRESS: i32 = 1008;

/// The module of the helpers, see `scalars.wat`.
const WASM: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/float_status.wasm"));

/// Names of imports with their indices.
pub(super) struct Names<'a> {
    pub(super) functions: BTreeMap<&'a str, u32>,
    pub(super) globals: BTreeMap<&'a str, u32>,
}

impl<'a> Names<'a> {
    /// Reads the imports of `module`.
    pub(super) fn read(module: &Module<'a>) -> Result<Self, RewriteError> {
        let mut names = Self { functions: BTreeMap::new(), globals: BTreeMap::new() };
        let (mut functions, mut globals) = (0, 0);
        for section in &module.sections {
            if !section.is(wasm_encoder::SectionId::Import) {
                continue;
            }
            for import in ImportSectionReader::new(module.reader(section))?.into_imports() {
                let import = import?;
                match import.ty {
                    TypeRef::Func(_) | TypeRef::FuncExact(_) => {
                        if import.module == "env" {
                            names.functions.insert(import.name, functions);
                        }
                        functions += 1;
                    }
                    TypeRef::Global(_) => {
                        if matches!(import.module, "env" | "terrarium") {
                            names.globals.insert(import.name, globals);
                        }
                        globals += 1;
                    }
                    _ => {}
                }
            }
        }
        Ok(names)
    }
}

/// The helpers, and those of them that a module uses.
pub(super) struct Helpers<'m> {
    module: Module<'static>,
    exports: BTreeMap<&'static str, u32>,
    /// Names of the helpers' own imports, by index.
    functions: Vec<&'static str>,
    globals: Vec<&'static str>,
    target: &'m Names<'m>,
    /// The number of slots that the target fills.
    slots: i32,
    /// The first index of an added type and of an added function.
    first_type: u32,
    first_function: u32,
    /// The used helpers in the order in which they are added, by their index among the helpers.
    used: BTreeMap<u32, u32>,
    order: Vec<u32>,
}

impl<'m> Helpers<'m> {
    /// Prepares the helpers for `target`, whose imports have these `names`, and which fills `slots` slots.
    ///
    /// The helpers get indices from `first_function` on.
    pub(super) fn new(
        target: &Module<'_>,
        names: &'m Names<'m>,
        slots: u32,
        first_function: u32,
    ) -> Result<Self, RewriteError> {
        let module = Module::parse(WASM)?;
        let own = Names::read(&module)?;
        let by_index = |names: &BTreeMap<&'static str, u32>| {
            let mut sorted: Vec<_> = names.iter().map(|(name, index)| (*index, *name)).collect();
            sorted.sort_unstable();
            sorted.into_iter().map(|(_, name)| name).collect()
        };
        let (functions, globals) = (by_index(&own.functions), by_index(&own.globals));
        let mut exports = BTreeMap::new();
        for section in module.sections.iter().filter(|section| section.is(wasm_encoder::SectionId::Export)) {
            for export in ExportSectionReader::new(module.reader(section))? {
                let export = export?;
                exports.insert(export.name, export.index);
            }
        }
        Ok(Self {
            module,
            exports,
            functions,
            globals,
            target: names,
            slots: slots.cast_signed(),
            first_type: index(target.types.len())?,
            first_function,
            used: BTreeMap::new(),
            order: Vec::new(),
        })
    }

    /// Returns the index that the helper `name` gets in the target. The helper is added, with those that it calls.
    ///
    /// # Errors
    /// [`RewriteError::MissingExport`] for an unknown name, or a helper that calls what the target does not import.
    pub(super) fn use_one(&mut self, name: &str) -> Result<u32, RewriteError> {
        let helper = *self.exports.get(name).ok_or_else(|| RewriteError::MissingExport { export: name.to_owned() })?;
        let mut waiting = vec![helper];
        while let Some(helper) = waiting.pop() {
            if self.used.contains_key(&helper) {
                continue;
            }
            let added = self.first_function.saturating_add(index(self.order.len())?);
            self.used.insert(helper, added);
            self.order.push(helper);
            let body = &self.module.bodies[(helper - self.module.imported_functions) as usize];
            let mut reader = body.get_operators_reader()?;
            while !reader.eof() {
                if let Operator::Call { function_index } = reader.read()?
                    && function_index >= self.module.imported_functions
                {
                    waiting.push(function_index);
                }
            }
        }
        Ok(self.used[&helper])
    }

    /// Adds the helpers' types to those of the target.
    pub(super) fn add_types(&mut self, types: &mut TypeSection) -> Result<(), RewriteError> {
        for section in self.module.sections.clone() {
            if section.is(wasm_encoder::SectionId::Type) {
                let reader: TypeSectionReader<'_> = SectionLimited::new(self.module.reader(&section))?;
                self.parse_type_section(types, reader)?;
            }
        }
        Ok(())
    }

    /// Adds the declarations and the bodies of the used helpers.
    pub(super) fn add(&mut self, functions: &mut FunctionSection, code: &mut CodeSection) -> Result<(), RewriteError> {
        for helper in self.order.clone() {
            functions.function(self.first_type.saturating_add(self.module.type_of(helper)?));
            let body = self.module.bodies[(helper - self.module.imported_functions) as usize].clone();
            self.parse_function_body(code, body)?;
        }
        Ok(())
    }
}

impl Reencode for Helpers<'_> {
    type Error = RewriteError;

    fn type_index(&mut self, ty: u32) -> Result<u32, Error<RewriteError>> {
        Ok(self.first_type.saturating_add(ty))
    }

    fn function_index(&mut self, function: u32) -> Result<u32, Error<RewriteError>> {
        let name = match self.functions.get(function as usize) {
            Some(name) => name,
            None => return Ok(self.used[&function]),
        };
        self.target
            .functions
            .get(name)
            .copied()
            .ok_or_else(|| Error::UserError(RewriteError::MissingExport { export: (*name).to_owned() }))
    }

    fn global_index(&mut self, global: u32) -> Result<u32, Error<RewriteError>> {
        let name = self.globals[global as usize];
        self.target
            .globals
            .get(name)
            .copied()
            .ok_or_else(|| Error::UserError(RewriteError::MissingExport { export: name.to_owned() }))
    }

    fn instruction<'a>(&mut self, operator: Operator<'a>) -> Result<Instruction<'a>, Error<RewriteError>> {
        if let Operator::GlobalGet { global_index } = operator {
            match self.globals[global_index as usize] {
                "status" => return Ok(Instruction::I32Const(STATUS_ADDRESS)),
                "table_size" => return Ok(Instruction::I32Const(self.slots)),
                _ => {}
            }
        }
        wasm_encoder::reencode::utils::instruction(self, operator)
    }
}
