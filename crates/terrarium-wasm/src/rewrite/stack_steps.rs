//! Functions that check the depth of recursion take a part of the stack of C code for themselves.
//!
//! CPython bounds recursion in C by the address of the stack of C code, which is in the module's memory. Compiled code
//! keeps most of its locals on another stack, the engine's. Many functions that compare their place with the bound keep
//! nothing in memory at all, so a recursion through them never reaches it, and the engine's stack overflows first. Here
//! each such function takes a step of the stack in memory, in proportion to what a level of recursion takes of the
//! engine's stack.

use wasm_encoder::{BlockType, CodeSection, Encode, Instruction, SectionId, ValType};
use wasmparser::{ExportSectionReader, ExternalKind, FunctionBody, ImportSectionReader, Operator, TypeRef};

use super::error::RewriteError;
use super::module::Module;
use super::pipeline::Pass;
use super::sections::with_sections;
use super::splice::Splice;

/// The step in bytes, a multiple of the stack's alignment. With a stack of 10 MiB in memory, 128 MiB of the engine's
/// stack are reached after levels of more than 12.8 times as many bytes.
const STEP: u32 = 256;
/// The name of the global that points to the stack in memory.
const STACK_POINTER: &str = "__stack_pointer";
/// A function of CPython's whose first load is that of the bound, from the state of the thread.
const CHECK: &str = "_Py_ReachedRecursionLimitWithMargin";
/// A function of CPython's that libraries call to check the depth.
const ENTER: &str = "Py_EnterRecursiveCall";

/// The pass for [`RewriteOptions::stack_steps`](super::RewriteOptions::stack_steps).
pub(super) struct StackSteps;

impl Pass for StackSteps {
    fn name(&self) -> &'static str {
        "stack steps"
    }

    fn run(&self, wasm: &[u8]) -> Result<Option<Vec<u8>>, RewriteError> {
        let module = Module::parse(wasm)?;
        let Some(stack_pointer) = stack_pointer(&module)? else { return Ok(None) };
        let checks = Checks::find(&module)?;
        let mut code = CodeSection::new();
        let mut changed = false;
        for (position, body) in module.bodies.iter().enumerate() {
            let function = super::module::index(position)?.saturating_add(module.imported_functions);
            let step = STEP.saturating_sub(checks.own(body, stack_pointer)?);
            let result = match module.signature(function)?.results() {
                [] => Some(BlockType::Empty),
                [wasmparser::ValType::I32] => Some(BlockType::Result(ValType::I32)),
                _ => None,
            };
            match result.filter(|_| step > 0) {
                Some(result) => {
                    code.raw(&with_step(module.wasm, body, stack_pointer, step, result)?);
                    changed = true;
                }
                None => {
                    code.raw(body.as_bytes());
                }
            }
        }
        if changed { with_sections(&module, &[&code]).map(Some) } else { Ok(None) }
    }
}

/// The ways in which functions of a module check the depth of recursion.
#[derive(Default)]
struct Checks {
    /// They load the bound, which is at this offset of a structure, and compare the stack pointer with it.
    load: Option<u64>,
    /// They call one of the functions with these indices.
    calls: Vec<u32>,
}

impl Checks {
    fn find(module: &Module<'_>) -> Result<Self, RewriteError> {
        let mut checks = Self::default();
        for name in [CHECK, ENTER] {
            let imported = import(module, name, |ty| matches!(ty, TypeRef::Func(_)))?;
            checks.calls.extend(imported.or(export(module, name, ExternalKind::Func)?));
        }
        let Some(function) = export(module, CHECK, ExternalKind::Func)? else { return Ok(checks) };
        let position = function.checked_sub(module.imported_functions);
        if let Some(body) = position.and_then(|position| module.bodies.get(position as usize)) {
            let mut reader = body.get_operators_reader()?;
            while checks.load.is_none() && !reader.eof() {
                if let Operator::I32Load { memarg } = reader.read()? {
                    checks.load = Some(memarg.offset);
                }
            }
        }
        Ok(checks)
    }

    /// Returns the bytes of the stack that a function takes already; more than a step for a function without a check.
    fn own(&self, body: &FunctionBody<'_>, stack_pointer: u32) -> Result<u32, RewriteError> {
        let (mut loads, mut calls, mut uses_stack, mut own) = (false, false, false, 0);
        let mut before = [None, None];
        let mut reader = body.get_operators_reader()?;
        while !reader.eof() {
            let operator = reader.read()?;
            match &operator {
                Operator::GlobalGet { global_index } if *global_index == stack_pointer => uses_stack = true,
                Operator::I32Load { memarg } => loads |= self.load == Some(memarg.offset),
                Operator::Call { function_index } => calls |= self.calls.contains(function_index),
                // The prologue of a function with variables in memory.
                Operator::I32Sub => {
                    if let [Some(Operator::GlobalGet { global_index }), Some(Operator::I32Const { value })] = &before
                        && *global_index == stack_pointer
                    {
                        own = own.max(u32::try_from(*value).unwrap_or(0));
                    }
                }
                _ => {}
            }
            let [_, last] = before;
            before = [last, Some(operator)];
        }
        Ok(if calls || (loads && uses_stack) { own } else { u32::MAX })
    }
}

/// Returns the index of the global that points to the stack in memory.
fn stack_pointer(module: &Module<'_>) -> Result<Option<u32>, RewriteError> {
    match export(module, STACK_POINTER, ExternalKind::Global)? {
        Some(global) => Ok(Some(global)),
        None => import(module, STACK_POINTER, |ty| matches!(ty, TypeRef::Global(global) if global.mutable)),
    }
}

fn export(module: &Module<'_>, name: &str, kind: ExternalKind) -> Result<Option<u32>, RewriteError> {
    for section in module.sections.iter().filter(|section| section.is(SectionId::Export)) {
        for export in ExportSectionReader::new(module.reader(section))? {
            let export = export?;
            if export.kind == kind && export.name == name {
                return Ok(Some(export.index));
            }
        }
    }
    Ok(None)
}

/// Returns the index of the import `name` of the module `env`, among the imports of its kind.
fn import(module: &Module<'_>, name: &str, is_kind: impl Fn(&TypeRef) -> bool) -> Result<Option<u32>, RewriteError> {
    for section in module.sections.iter().filter(|section| section.is(SectionId::Import)) {
        let (mut functions, mut globals) = (0_u32, 0_u32);
        for import in ImportSectionReader::new(module.reader(section))?.into_imports() {
            let import = import?;
            let next = match import.ty {
                TypeRef::Func(_) | TypeRef::FuncExact(_) => &mut functions,
                TypeRef::Global(_) => &mut globals,
                _ => continue,
            };
            if import.module == "env" && import.name == name && is_kind(&import.ty) {
                return Ok(Some(*next));
            }
            *next += 1;
        }
    }
    Ok(None)
}

/// Returns `body` inside a block, after whose end the step is given back.
fn with_step(
    wasm: &[u8],
    body: &FunctionBody<'_>,
    stack_pointer: u32,
    step: u32,
    result: BlockType,
) -> Result<Vec<u8>, RewriteError> {
    let moved = |out: &mut Vec<u8>, by: Instruction<'static>| {
        Instruction::GlobalGet(stack_pointer).encode(out);
        Instruction::I32Const(step.cast_signed()).encode(out);
        by.encode(out);
        Instruction::GlobalSet(stack_pointer).encode(out);
    };
    let mut out = Splice::new(wasm, body.range());
    let mut reader = body.get_operators_reader()?;
    let begin = out.insert_before(reader.original_position());
    moved(begin, Instruction::I32Sub);
    Instruction::Block(result).encode(begin);
    let mut depth = 0_u32;
    while !reader.eof() {
        let start = reader.original_position();
        match reader.read()? {
            Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } | Operator::TryTable { .. } => {
                depth += 1;
            }
            // Without legacy exceptions, each of these ends a block or the function.
            Operator::End => depth = depth.wrapping_sub(1),
            Operator::Return => out.replace_with(start..reader.original_position(), &Instruction::Br(depth)),
            Operator::ReturnCall { .. } | Operator::ReturnCallIndirect { .. } | Operator::ReturnCallRef { .. } => {
                moved(out.insert_before(start), Instruction::I32Add);
            }
            _ => {}
        }
    }
    let mut written = out.finish();
    moved(&mut written, Instruction::I32Add);
    Instruction::End.encode(&mut written);
    Ok(written)
}
