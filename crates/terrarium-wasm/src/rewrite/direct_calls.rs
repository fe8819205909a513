//! Calls through the table become direct calls of their most frequent targets.
//!
//! A direct call can be inlined, ahead of time and by any compiler; a call through the table cannot. The code compares
//! the slot first, so a stale profile costs speed, never correctness.

use std::collections::BTreeMap;

use wasm_encoder::{BlockType, CodeSection, Encode, Instruction, SectionId, ValType};
use wasmparser::{ElementItems, ElementKind, ElementSectionReader, FunctionBody, Operator};

use super::call_sites::{CallSite, IndirectCall, indirect_calls};
use super::error::RewriteError;
use super::locals::Locals;
use super::module::Module;
use super::pipeline::Pass;
use super::sections::with_sections;
use super::splice::Splice;

/// The pass for [`RewriteOptions::direct_calls`](super::RewriteOptions::direct_calls).
pub(super) struct DirectCalls<'o> {
    profile: &'o BTreeMap<CallSite, Vec<u32>>,
}

impl<'o> DirectCalls<'o> {
    /// Makes a pass that compares the slot at each site of `profile`.
    pub(super) fn new(profile: &'o BTreeMap<CallSite, Vec<u32>>) -> Self {
        Self { profile }
    }

    /// Returns the calls in a function that become direct ones.
    fn chosen(
        &self,
        module: &Module<'_>,
        slots: &BTreeMap<u32, u32>,
        calls: Vec<IndirectCall>,
    ) -> Result<Vec<DirectCall>, RewriteError> {
        let mut chosen = Vec::new();
        for call in calls {
            let mut targets = Vec::new();
            for slot in self.profile.get(&call.site).into_iter().flatten() {
                let Some(function) = slots.get(slot) else { continue };
                // The index must be equal: of types that only look alike, one may trap where the other does not.
                if module.type_of(*function)? == call.ty {
                    targets.push((*slot, *function));
                }
            }
            if !targets.is_empty() {
                chosen.push(DirectCall { call, targets });
            }
        }
        Ok(chosen)
    }
}

/// A call to rewrite.
struct DirectCall {
    call: IndirectCall,
    /// Slots, in the order of the comparisons, and the function in each.
    targets: Vec<(u32, u32)>,
}

impl Pass for DirectCalls<'_> {
    fn name(&self) -> &'static str {
        "direct calls"
    }

    fn run(&self, wasm: &[u8]) -> Result<Option<Vec<u8>>, RewriteError> {
        let module = Module::parse(wasm)?;
        if writes_table(&module)? {
            return Ok(None);
        }
        let slots = slots(&module)?;
        let mut code = CodeSection::new();
        let mut changed = false;
        for (position, body) in module.bodies.iter().enumerate() {
            let calls = indirect_calls(&module, position, body)?;
            let chosen = self.chosen(&module, &slots, calls)?;
            match chosen.first() {
                Some(DirectCall { call, .. }) => {
                    let params = module.signature(call.site.function)?.params().len();
                    code.raw(&with_direct_calls(module.wasm, params, body, &chosen)?);
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

/// Whether the module's code changes slots of the first table that its segments filled.
fn writes_table(module: &Module<'_>) -> Result<bool, RewriteError> {
    for body in &module.bodies {
        let mut reader = body.get_operators_reader()?;
        while !reader.eof() {
            match reader.read()? {
                Operator::TableSet { table: 0 }
                | Operator::TableFill { table: 0 }
                | Operator::TableInit { table: 0, .. }
                | Operator::TableCopy { dst_table: 0, .. } => return Ok(true),
                _ => {}
            }
        }
    }
    Ok(false)
}

/// Returns the functions that the module's segments put into slots with a constant number of the first table.
fn slots(module: &Module<'_>) -> Result<BTreeMap<u32, u32>, RewriteError> {
    let mut slots = BTreeMap::new();
    for section in module.sections.iter().filter(|section| section.is(SectionId::Element)) {
        for segment in ElementSectionReader::new(module.reader(section))? {
            let segment = segment?;
            let ElementKind::Active { table_index: None | Some(0), offset_expr } = &segment.kind else { continue };
            let mut offset = offset_expr.get_operators_reader();
            let (Operator::I32Const { value }, Operator::End) = (offset.read()?, offset.read()?) else {
                // The segment could overwrite any slot.
                return Ok(BTreeMap::new());
            };
            let mut slot = value.cast_unsigned();
            let mut put = |function: Option<u32>| {
                match function {
                    Some(function) => slots.insert(slot, function),
                    None => slots.remove(&slot),
                };
                slot = slot.wrapping_add(1);
            };
            match segment.items {
                ElementItems::Functions(functions) => {
                    for function in functions {
                        put(Some(function?));
                    }
                }
                ElementItems::Expressions(_, expressions) => {
                    for expression in expressions {
                        let mut reader = expression?.get_operators_reader();
                        put(match (reader.read()?, reader.read()?) {
                            (Operator::RefFunc { function_index }, Operator::End) => Some(function_index),
                            _ => None,
                        });
                    }
                }
            }
        }
    }
    Ok(slots)
}

/// Returns `body`, whose function has `params` parameters, with the `chosen` calls rewritten.
fn with_direct_calls(
    wasm: &[u8],
    params: usize,
    body: &FunctionBody<'_>,
    chosen: &[DirectCall],
) -> Result<Vec<u8>, RewriteError> {
    let locals = Locals::read(body, params)?;
    let Ok(asked) = u32::try_from(locals.count) else {
        return Ok(body.as_bytes().to_vec());
    };
    let start = body.get_operators_reader()?.original_position();
    let mut out = Splice::new(wasm, start..body.range().end);
    for DirectCall { call, targets } in chosen {
        let written = out.replace(call.place.clone());
        Instruction::LocalSet(asked).encode(written);
        for (slot, function) in targets {
            for instruction in [
                Instruction::LocalGet(asked),
                Instruction::I32Const(slot.cast_signed()),
                Instruction::I32Eq,
                // The block takes the arguments from the stack, as the calls in it do.
                Instruction::If(BlockType::FunctionType(call.ty)),
                Instruction::Call(*function),
                Instruction::Else,
            ] {
                instruction.encode(written);
            }
        }
        Instruction::LocalGet(asked).encode(written);
        Instruction::CallIndirect { type_index: call.ty, table_index: 0 }.encode(written);
        for _ in targets {
            Instruction::End.encode(written);
        }
    }
    let mut written = locals.declare(wasm, &[(1, ValType::I32)]);
    written.extend(out.finish());
    Ok(written)
}
