//! The numbering of the functions of the merged module.

use std::collections::HashMap;

use wasm_encoder::{EntityType, FunctionSection, ImportSection};

use super::error::{Fault, MergeError, index};
use super::input::{FunctionTarget, Part};
use super::module::Module;
use super::renumber::{Renumbering, Run};

/// The most imports that one import may lead through.
const MAX_STEPS: usize = 100;

/// The functions of the merged module.
#[derive(Default)]
pub(super) struct FunctionIndices<'a> {
    pub(super) imports: ImportSection,
    pub(super) defined: FunctionSection,
    /// The index of an import, by its names and type.
    known: HashMap<(&'a str, &'a str, u32), u32>,
    /// The first import with these names.
    by_name: HashMap<(&'a str, &'a str), u32>,
}

/// The final target of an import.
#[derive(Clone, Copy)]
enum Resolved<'a> {
    Function { part: usize, index: u32 },
    Import { module: &'a str, name: &'a str, ty: u32 },
}

impl<'a> FunctionIndices<'a> {
    /// Numbers all functions. The `mappings` already contain the types, and receive the functions.
    pub(super) fn number(
        parts: &'a [Part<'_>],
        modules: &[Module<'_>],
        mappings: &mut [Renumbering],
    ) -> Result<Self, MergeError> {
        let mut functions = Self::default();
        let mut resolved = Vec::with_capacity(parts.len());
        for (position, part) in parts.iter().enumerate() {
            let of = |fault| MergeError::of(position, &part.prefix, fault);
            let targets = resolve_all(parts, modules, mappings, position).map_err(of)?;
            for target in &targets {
                if let Resolved::Import { module, name, ty } = *target {
                    functions.import(module, name, ty)?;
                }
            }
            resolved.push(targets);
        }
        let mut next = functions.imports.len();
        for (module, mapping) in modules.iter().zip(mappings.iter_mut()) {
            let length = index(module.functions.defined.len(), "functions")?;
            mapping.functions = Run { start: next, length };
            next = next.checked_add(length).ok_or(MergeError::TooMany("functions"))?;
        }
        for (position, (part, targets)) in parts.iter().zip(resolved).enumerate() {
            let of = |fault| MergeError::of(position, &part.prefix, fault);
            let mut imported = Vec::with_capacity(targets.len());
            for target in targets {
                imported.push(functions.mapped(target, modules, mappings).map_err(of)?);
            }
            mappings[position].imported_functions = imported;
            for ty in &modules[position].functions.defined {
                functions.defined.function(merged_type(mappings, position, *ty).map_err(of)?);
            }
        }
        Ok(functions)
    }

    /// Returns the index of the function in a slot of the table.
    pub(super) fn slot(
        &self,
        target: &FunctionTarget,
        parts: &[Part<'_>],
        modules: &[Module<'_>],
        mappings: &[Renumbering],
    ) -> Result<u32, Fault> {
        match target {
            FunctionTarget::Function { part, index } => {
                let ty = type_of(modules, mappings, *part, *index)?;
                self.mapped(follow(parts, modules, mappings, target, ty)?, modules, mappings)
            }
            FunctionTarget::Import { module, name } => self
                .by_name
                .get(&(module.as_str(), name.as_str()))
                .copied()
                .ok_or_else(|| Fault(format!("no module imports `{module}`.`{name}`, so its type is not known"))),
        }
    }

    fn import(&mut self, module: &'a str, name: &'a str, ty: u32) -> Result<(), MergeError> {
        if let std::collections::hash_map::Entry::Vacant(place) = self.known.entry((module, name, ty)) {
            let index = self.imports.len();
            if index == u32::MAX {
                return Err(MergeError::TooMany("imports"));
            }
            self.imports.import(module, name, EntityType::Function(ty));
            place.insert(index);
            self.by_name.entry((module, name)).or_insert(index);
        }
        Ok(())
    }

    fn mapped(&self, target: Resolved<'_>, modules: &[Module<'_>], mappings: &[Renumbering]) -> Result<u32, Fault> {
        match target {
            Resolved::Import { module, name, ty } => {
                self.known.get(&(module, name, ty)).copied().ok_or_else(|| Fault::unknown("import", name))
            }
            Resolved::Function { part, index } => {
                let start = mappings.get(part).map(|mapping| mapping.functions.start);
                let imported = modules.get(part).map(|module| module.functions.imported.len());
                start
                    .zip(imported)
                    .and_then(|(start, imported)| start.checked_add(index.checked_sub(u32::try_from(imported).ok()?)?))
                    .ok_or_else(|| Fault::unknown("function", index))
            }
        }
    }
}

/// Resolves the targets of all imports of the module at `position`.
fn resolve_all<'a>(
    parts: &'a [Part<'_>],
    modules: &[Module<'_>],
    mappings: &[Renumbering],
    position: usize,
) -> Result<Vec<Resolved<'a>>, Fault> {
    let (Some(part), Some(module)) = (parts.get(position), modules.get(position)) else { return Ok(Vec::new()) };
    let imports = &module.functions.imported;
    if imports.len() != part.functions.len() {
        let (has, given) = (imports.len(), part.functions.len());
        return Err(Fault(format!("it imports {has} functions, but the meaning of {given} is given")));
    }
    let mut resolved = Vec::with_capacity(imports.len());
    for (import, target) in imports.iter().zip(&part.functions) {
        let ty = merged_type(mappings, position, import.ty)?;
        let found = follow(parts, modules, mappings, target, ty);
        resolved.push(found.map_err(|fault| Fault(format!("import `{}`.`{}`: {fault}", import.module, import.name)))?);
    }
    Ok(resolved)
}

/// Follows `target`, of the type `ty`, to its definition.
fn follow<'a>(
    parts: &'a [Part<'_>],
    modules: &[Module<'_>],
    mappings: &[Renumbering],
    mut target: &'a FunctionTarget,
    ty: u32,
) -> Result<Resolved<'a>, Fault> {
    for _ in 0..MAX_STEPS {
        let (part, index) = match target {
            FunctionTarget::Import { module, name } => return Ok(Resolved::Import { module, name, ty }),
            FunctionTarget::Function { part, index } => (*part, *index),
        };
        if type_of(modules, mappings, part, index)? != ty {
            return Err(Fault(format!("function {index} of module {part} has another type")));
        }
        let is_import = modules.get(part).is_some_and(|module| (index as usize) < module.functions.imported.len());
        if !is_import {
            return Ok(Resolved::Function { part, index });
        }
        let next = parts.get(part).and_then(|part| part.functions.get(index as usize));
        target = next.ok_or_else(|| Fault(format!("the meaning of function {index} of module {part} is not given")))?;
    }
    Err(Fault("its meaning leads from import to import without end".to_owned()))
}

/// Returns the type in the merged module of the function `index` of the module `part`.
fn type_of(modules: &[Module<'_>], mappings: &[Renumbering], part: usize, index: u32) -> Result<u32, Fault> {
    let module = modules.get(part).ok_or_else(|| Fault(format!("there is no module {part}")))?;
    let ty = module.function_type(index).map_err(|_| Fault(format!("module {part} has no function {index}")))?;
    merged_type(mappings, part, ty)
}

fn merged_type(mappings: &[Renumbering], part: usize, ty: u32) -> Result<u32, Fault> {
    mappings
        .get(part)
        .and_then(|mapping| mapping.types.get(ty as usize))
        .copied()
        .ok_or_else(|| Fault::unknown("type", ty))
}
