//! The pass over a whole module.

use std::collections::{BTreeMap, BTreeSet};

use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{CodeSection, Function, FunctionSection, Instruction, SectionId, TypeSection};
use wasmparser::{Operator, SectionLimited};

use super::super::error::RewriteError;
use super::super::locals::Locals;
use super::super::module::{Module, index};
use super::super::pipeline::Pass;
use super::super::sections::with_sections;
use super::arithmetic::{CHECKED, Edits};
use super::helpers::{Helpers, Names};
use super::kinds;
use super::roles::{self, Placed, Role};

/// The pass for [`RewriteOptions::float_status`](super::super::RewriteOptions::float_status).
pub(in super::super) struct FloatStatus;

impl Pass for FloatStatus {
    fn name(&self) -> &'static str {
        "float status"
    }

    fn run(&self, wasm: &[u8]) -> Result<Option<Vec<u8>>, RewriteError> {
        let module = Module::parse(wasm)?;
        let names = Names::read(&module)?;
        let uses = |name: &str| names.functions.contains_key(name);
        if !(uses("fetestexcept") && uses("feraiseexcept") && names.globals.contains_key("__table_base")) {
            return Ok(None);
        }
        let roles = roles::roles(&module, &names)?;
        if roles.is_empty() {
            return Ok(None);
        }
        let halves = roles::half_conversions(&module)?;
        let mut bodies = Vec::with_capacity(module.bodies.len());
        for body in &module.bodies {
            bodies.push(roles::instructions(body)?);
        }
        let scalars = Scalars::find(&module, &names, &roles, &bodies)?;
        let first = index(module.functions.len() + scalars.copies.len())?;
        let helpers = Helpers::new(&module, &names, roles::slots(&module)?, first)?;
        Work { module: &module, names: &names, bodies, roles, helpers, scalars, halves }.write().map(Some)
    }
}

/// The functions that calculate with single numbers and read the status themselves, and the loops of `ufunc.at`, which
/// take each number from another place.
struct Scalars {
    readers: BTreeSet<u32>,
    /// The functions that they call to calculate, each with the index of a copy whose operations are checked: loops call
    /// the function too.
    copies: BTreeMap<u32, u32>,
}

impl Scalars {
    fn find(
        module: &Module<'_>,
        names: &Names<'_>,
        roles: &BTreeMap<u32, Role>,
        bodies: &[Vec<Placed<'_>>],
    ) -> Result<Self, RewriteError> {
        let imported = module.imported_functions;
        let reads = |callee: &u32| roles.get(callee) == Some(&Role::Get);
        let mut readers = BTreeSet::new();
        for (function, code) in (imported..).zip(bodies).filter(|(function, _)| !roles.contains_key(function)) {
            if calls(code).iter().any(reads) || roles::is_indexed_loop(module, function, code)? {
                readers.insert(function);
            }
        }
        let body = |function: u32| function.checked_sub(imported).and_then(|position| bodies.get(position as usize));
        let checked: BTreeSet<u32> = CHECKED.iter().filter_map(|name| names.functions.get(name).copied()).collect();
        // A function on numbers: it calculates, and calls nothing of Python.
        let calculates = |function: &u32| {
            body(*function).is_some_and(|code| {
                (code.iter().any(|(operator, _)| is_arithmetic(operator))
                    || calls(code).iter().any(|callee| checked.contains(callee)))
                    && calls(code)
                        .iter()
                        .all(|callee| *callee >= imported || module.signature(*callee).is_ok_and(takes_numbers))
            })
        };
        let mut waiting: Vec<u32> = readers.iter().copied().collect();
        let mut called = BTreeSet::new();
        while let Some(function) = waiting.pop() {
            for callee in body(function).map(|code| calls(code)).unwrap_or_default() {
                if !readers.contains(&callee) && calculates(&callee) && called.insert(callee) {
                    waiting.push(callee);
                }
            }
        }
        let first = index(module.functions.len())?;
        Ok(Self { readers, copies: called.into_iter().zip(first..).collect() })
    }
}

/// The rewriting of one module.
struct Work<'m> {
    module: &'m Module<'m>,
    names: &'m Names<'m>,
    /// The instructions of each function.
    bodies: Vec<Vec<Placed<'m>>>,
    roles: BTreeMap<u32, Role>,
    helpers: Helpers<'m>,
    scalars: Scalars,
    /// The functions that convert the bits of a float, and of a double, to a half.
    halves: [Option<u32>; 2],
}

impl Work<'_> {
    fn write(mut self) -> Result<Vec<u8>, RewriteError> {
        let bodies = std::mem::take(&mut self.bodies);
        let imported = self.module.imported_functions;
        let mut code = CodeSection::new();
        for (function, instructions) in (imported..).zip(&bodies) {
            match self.roles.get(&function) {
                Some(Role::Get) => self.replace(&mut code, "get")?,
                Some(Role::Clear) => self.replace(&mut code, "clear")?,
                Some(Role::Complain) => {
                    let mut body = Function::new([]);
                    if !self.module.signature(function)?.results().is_empty() {
                        body.instruction(&Instruction::I32Const(0));
                    }
                    code.function(body.instruction(&Instruction::End));
                }
                role => {
                    let scalar = self.scalars.readers.contains(&function);
                    self.edit(&mut code, function, role.copied(), scalar, instructions)?;
                }
            }
        }
        let mut functions = FunctionSection::new();
        for ty in self.module.functions.iter().skip(imported as usize) {
            functions.function(*ty);
        }
        for function in self.scalars.copies.keys().copied().collect::<Vec<_>>() {
            functions.function(self.module.type_of(function)?);
            if let Some(instructions) = bodies.get((function - imported) as usize) {
                self.edit(&mut code, function, None, true, instructions)?;
            }
        }
        self.helpers.add(&mut functions, &mut code)?;
        let mut types = TypeSection::new();
        for section in self.module.sections.iter().filter(|section| section.is(SectionId::Type)) {
            RoundtripReencoder.parse_type_section(&mut types, SectionLimited::new(self.module.reader(section))?)?;
        }
        self.helpers.add_types(&mut types)?;
        with_sections(self.module, &[&types, &functions, &code])
    }

    /// Writes a function that does what the helper `name` does.
    fn replace(&mut self, code: &mut CodeSection, name: &str) -> Result<(), RewriteError> {
        let mut body = Function::new([]);
        body.instruction(&Instruction::Call(self.helpers.use_one(name)?)).instruction(&Instruction::End);
        code.function(&body);
        Ok(())
    }

    fn edit(
        &mut self,
        written: &mut CodeSection,
        function: u32,
        role: Option<Role>,
        scalar: bool,
        code: &[Placed<'_>],
    ) -> Result<(), RewriteError> {
        let body = &self.module.bodies[(function - self.module.imported_functions) as usize];
        let locals = Locals::read(body, self.module.signature(function)?.params().len())?;
        let mut edits = Edits::default();
        edits.check_conversions(code, &locals, self.halves);
        edits.check_long_doubles(code, self.names, &mut self.helpers)?;
        if scalar {
            edits.redirect(code, &self.scalars.copies);
            edits.check_scalars(code, self.names, &mut self.helpers)?;
        }
        if role == Some(Role::Loop)
            && let Some(call) = code.iter().position(|(operator, _)| matches!(operator, Operator::CallIndirect { .. }))
        {
            let run = Instruction::Call(self.helpers.use_one("loop")?);
            edits.replace(call, vec![Instruction::LocalGet(0), run]);
        }
        if role != Some(Role::Raise) {
            self.set_bits(&mut edits, code)?;
        }
        match edits.apply(self.module.wasm, body, code, &locals) {
            Some(changed) => written.raw(&changed),
            None => written.raw(body.as_bytes()),
        };
        Ok(())
    }

    /// Gives each call that sets bits the bits that it means.
    fn set_bits(&mut self, edits: &mut Edits, code: &[Placed<'_>]) -> Result<(), RewriteError> {
        for (call, (operator, _)) in code.iter().enumerate() {
            let Operator::Call { function_index } = operator else { continue };
            if self.roles.get(function_index) == Some(&Role::Raise) {
                let raise = Instruction::Call(self.helpers.use_one("raise")?);
                edits.replace(call, vec![Instruction::I32Const(kinds::bits(code, call)), raise]);
            } else if self.names.functions.get("feraiseexcept") == Some(function_index)
                && matches!(code.get(call.wrapping_sub(1)), Some((Operator::I32Const { value: 0 }, _)))
            {
                // Functions of linear algebra, which set only this one: the flags are the zero before the call.
                let raise = Instruction::Call(self.helpers.use_one("raise")?);
                let bits = Instruction::I32Const(kinds::INVALID);
                edits.replace(call, vec![bits, raise]);
            }
        }
        Ok(())
    }
}

/// Returns the functions that `code` calls by name.
fn calls(code: &[Placed<'_>]) -> Vec<u32> {
    code.iter()
        .filter_map(|(operator, _)| match operator {
            Operator::Call { function_index } => Some(*function_index),
            _ => None,
        })
        .collect()
}

fn is_arithmetic(operator: &Operator<'_>) -> bool {
    matches!(
        operator,
        Operator::F64Add
            | Operator::F64Sub
            | Operator::F64Mul
            | Operator::F64Div
            | Operator::F32Add
            | Operator::F32Sub
            | Operator::F32Mul
            | Operator::F32Div
    )
}

/// Whether a function takes or returns numbers: doubles, floats, or the halves of long doubles.
fn takes_numbers(signature: &wasmparser::FuncType) -> bool {
    use wasmparser::ValType::{F32, F64, I64};
    signature.params().iter().chain(signature.results()).any(|ty| matches!(ty, F32 | F64 | I64))
}
