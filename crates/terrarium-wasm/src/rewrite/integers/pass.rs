//! The pass that finds the places of the rules and changes them.

use std::collections::BTreeMap;
use std::ops::Range;

use wasm_encoder::{CodeSection, Encode, Instruction, SectionId};
use wasmparser::{ExportSectionReader, ExternalKind, FunctionBody, ImportSectionReader, TypeRef};

use super::operator::{describe, instruction};
use super::rules::{Operand, Rule, RuleSet, all};
use crate::rewrite::error::RewriteError;
use crate::rewrite::module::{Module, index};
use crate::rewrite::pipeline::Pass;
use crate::rewrite::sections::with_sections;
use crate::rewrite::splice::Splice;

/// The largest function that is searched, in bytes. numpy's largest one has a tenth of that.
const LARGEST: usize = 1 << 20;

/// The pass for [`RewriteOptions::default_integers`](crate::rewrite::RewriteOptions::default_integers).
pub(in crate::rewrite) struct Integers;

impl Pass for Integers {
    fn name(&self) -> &'static str {
        "default integers"
    }

    fn run(&self, wasm: &[u8]) -> Result<Option<Vec<u8>>, RewriteError> {
        let module = Module::parse(wasm)?;
        let Some(set) = rules_of(&module)? else { return Ok(None) };
        let found = Found::search(&module, &set)?;
        // All or nothing: a module with two default integers would be worse than one with a small one.
        if found.failed.is_empty() { write(&module, &found.edits()).map(Some) } else { Ok(None) }
    }
}

/// Returns the names of the rules that do not fit `wasm` at exactly one place: none for a module that is changed, and
/// `None` for a module that has no rules.
///
/// # Errors
/// [`RewriteError::Malformed`] if `wasm` is not a valid module.
pub fn integer_rules_that_fail(wasm: &[u8]) -> Result<Option<Vec<String>>, RewriteError> {
    let module = Module::parse(wasm)?;
    let Some(set) = rules_of(&module)? else { return Ok(None) };
    Ok(Some(Found::search(&module, &set)?.failed))
}

/// Returns the rules for a module, by one of its exports.
fn rules_of(module: &Module<'_>) -> Result<Option<RuleSet<'static>>, RewriteError> {
    let sets = all().unwrap_or_default();
    for section in module.sections.iter().filter(|section| section.is(SectionId::Export)) {
        for export in ExportSectionReader::new(module.reader(section))? {
            let export = export?;
            if export.kind == ExternalKind::Func && sets.iter().any(|set| set.export == export.name) {
                return Ok(sets.into_iter().find(|set| set.export == export.name));
            }
        }
    }
    Ok(None)
}

/// Indices of functions by the names that rules have for them.
type Names<'t> = BTreeMap<&'t str, i64>;

/// An instruction of a function: its name, its operand and its bytes.
type Described = (Option<(&'static str, i64)>, Range<usize>);

/// A place that a rule fits.
struct Place<'t> {
    body: usize,
    operators: Vec<Described>,
    names: Names<'t>,
}

/// The places of all rules of a module.
struct Found<'r, 't> {
    places: Vec<(&'r Rule<'t>, Place<'t>)>,
    names: Names<'t>,
    failed: Vec<String>,
}

impl<'r, 't> Found<'r, 't> {
    fn search(module: &Module<'_>, set: &'r RuleSet<'t>) -> Result<Self, RewriteError> {
        let mut candidates: Vec<Vec<Place<'t>>> = set.rules.iter().map(|_| Vec::new()).collect();
        for (body, code) in module.bodies.iter().enumerate() {
            if code.range().len() > LARGEST {
                continue;
            }
            let operators = operators(code)?;
            let function = i64::from(index(body)?.saturating_add(module.imported_functions));
            for (rule, candidates) in set.rules.iter().zip(&mut candidates) {
                find(rule, body, function, &operators, candidates);
            }
        }
        let mut found = Self { places: Vec::new(), names: imports(module, set)?, failed: Vec::new() };
        for (rule, candidates) in set.rules.iter().zip(candidates) {
            let agrees = |name: &&'t str, function: &i64| found.names.get(name).is_none_or(|known| known == function);
            let mut fitting =
                candidates.into_iter().filter(|place| place.names.iter().all(|(name, is)| agrees(name, is)));
            match (fitting.next(), fitting.next()) {
                (Some(place), None) => {
                    drop(fitting);
                    found.names.extend(&place.names);
                    found.places.push((rule, place));
                }
                _ => found.failed.push(rule.name.to_owned()),
            }
        }
        Ok(found)
    }

    /// Returns the changes by body, each a range of bytes and its replacement, in their order.
    fn edits(&self) -> BTreeMap<usize, BTreeMap<usize, (usize, Vec<Instruction<'static>>)>> {
        let mut edits: BTreeMap<_, BTreeMap<_, _>> = BTreeMap::new();
        for (rule, place) in &self.places {
            for (step, (described, range)) in rule.steps.iter().zip(&place.operators) {
                let Some(replacement) = &step.replacement else { continue };
                let same = described.map_or(0, |(_, operand)| operand);
                let written = replacement.iter().filter_map(|(name, operand)| {
                    instruction(
                        name,
                        match operand {
                            Operand::Number(number) => *number,
                            Operand::Function(name) => *self.names.get(name)?,
                            Operand::Any => 0,
                            Operand::Same => same,
                        },
                    )
                });
                edits.entry(place.body).or_default().insert(range.start, (range.end, written.collect()));
            }
        }
        edits
    }
}

/// Returns the instructions of a function.
fn operators(body: &FunctionBody<'_>) -> Result<Vec<Described>, RewriteError> {
    let mut reader = body.get_operators_reader()?;
    let mut operators = Vec::new();
    while !reader.eof() {
        let start = reader.original_position();
        let described = describe(&reader.read()?);
        operators.push((described, start..reader.original_position()));
    }
    Ok(operators)
}

/// Adds the places in a function that `rule` fits to `places`.
fn find<'t>(rule: &Rule<'t>, body: usize, function: i64, operators: &[Described], places: &mut Vec<Place<'t>>) {
    let windows = operators.windows(rule.steps.len());
    for window in windows.take(if rule.start.is_some() { 1 } else { usize::MAX }) {
        let mut names = Names::new();
        if let Some(Some(name)) = rule.start {
            names.insert(name, function);
        }
        let fits = rule.steps.iter().zip(window).all(|(step, (described, _))| match described {
            Some((name, operand)) if *name == step.name => match step.operand {
                Operand::Any | Operand::Same => true,
                Operand::Number(number) => number == *operand,
                Operand::Function(name) => *names.entry(name).or_insert(*operand) == *operand,
            },
            _ => false,
        });
        if fits {
            places.push(Place { body, operators: window.to_vec(), names });
        }
    }
}

/// Returns the imported functions that the rules name.
fn imports<'t>(module: &Module<'_>, set: &RuleSet<'t>) -> Result<Names<'t>, RewriteError> {
    let steps = set.rules.iter().flat_map(|rule| &rule.steps);
    let written = steps.clone().flat_map(|step| step.replacement.iter().flatten().map(|(_, operand)| *operand));
    let operands: Vec<Operand<'t>> = steps.map(|step| step.operand).chain(written).collect();
    let mut names = Names::new();
    for section in module.sections.iter().filter(|section| section.is(SectionId::Import)) {
        let mut function = 0;
        for import in ImportSectionReader::new(module.reader(section))?.into_imports() {
            let import = import?;
            if !matches!(import.ty, TypeRef::Func(_)) {
                continue;
            }
            let named = operands.iter().find_map(|operand| match operand {
                Operand::Function(name) if import.module == "env" && *name == import.name => Some(*name),
                _ => None,
            });
            if let Some(name) = named {
                names.insert(name, function);
            }
            function += 1;
        }
    }
    Ok(names)
}

/// Writes the module with the changes.
fn write(
    module: &Module<'_>,
    edits: &BTreeMap<usize, BTreeMap<usize, (usize, Vec<Instruction<'static>>)>>,
) -> Result<Vec<u8>, RewriteError> {
    let mut code = CodeSection::new();
    for (body, function) in module.bodies.iter().enumerate() {
        let mut out = Splice::new(module.wasm, function.range());
        for (start, (end, instructions)) in edits.get(&body).into_iter().flatten() {
            let written = out.replace(*start..*end);
            for instruction in instructions {
                instruction.encode(written);
            }
        }
        code.raw(&out.finish());
    }
    with_sections(module, &[&code])
}
