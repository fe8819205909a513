//! Checks of single operations: conversions, and the arithmetic of functions that read the status themselves.

use std::collections::BTreeMap;

use wasm_encoder::{BlockType, Encode, Instruction, ValType};
use wasmparser::{FunctionBody, Operator};

use super::super::error::RewriteError;
use super::super::locals::Locals;
use super::super::splice::Splice;
use super::helpers::{Helpers, Names, STATUS_ADDRESS};
use super::kinds::{INVALID, OVERFLOW, UNDERFLOW};
use super::roles::Placed;

/// The changes of one function.
#[derive(Default)]
pub(super) struct Edits {
    /// Instructions in place of another one, by its position.
    replaced: BTreeMap<usize, Vec<Instruction<'static>>>,
    converts: bool,
}

impl Edits {
    /// Replaces the instruction at `position`.
    pub(super) fn replace(&mut self, position: usize, instead: Vec<Instruction<'static>>) {
        self.replaced.insert(position, instead);
    }

    /// Lets calls of the functions in `instead` call their replacements.
    pub(super) fn redirect(&mut self, code: &[Placed<'_>], instead: &BTreeMap<u32, u32>) {
        for (position, (operator, _)) in code.iter().enumerate() {
            if let Operator::Call { function_index } = operator
                && let Some(replacement) = instead.get(function_index)
            {
                self.replace(position, vec![Instruction::Call(*replacement)]);
            }
        }
    }

    /// Replaces operations of single numbers by calls that check them.
    pub(super) fn check_scalars(
        &mut self,
        code: &[Placed<'_>],
        names: &Names<'_>,
        helpers: &mut Helpers<'_>,
    ) -> Result<(), RewriteError> {
        for (position, (operator, _)) in code.iter().enumerate() {
            let name = match operator {
                Operator::F64Add => "f64.add",
                Operator::F64Sub => "f64.sub",
                Operator::F64Mul => "f64.mul",
                Operator::F64Div => "f64.div",
                Operator::F32Add => "f32.add",
                Operator::F32Sub => "f32.sub",
                Operator::F32Mul => "f32.mul",
                Operator::F32Div => "f32.div",
                Operator::Call { function_index } => {
                    let checked = |name: &&str| names.functions.get(name) == Some(function_index);
                    match CHECKED.iter().find(|name| checked(name)) {
                        Some(name) => name,
                        None => continue,
                    }
                }
                _ => continue,
            };
            self.replace(position, vec![Instruction::Call(helpers.use_one(name)?)]);
        }
        Ok(())
    }

    /// Checks conversions of long doubles, which are calls.
    pub(super) fn check_long_doubles(
        &mut self,
        code: &[Placed<'_>],
        names: &Names<'_>,
        helpers: &mut Helpers<'_>,
    ) -> Result<(), RewriteError> {
        for (position, (operator, _)) in code.iter().enumerate() {
            let Operator::Call { function_index } = operator else { continue };
            if let Some(name) = CONVERSIONS.iter().find(|name| names.functions.get(**name) == Some(function_index)) {
                self.replace(position, vec![Instruction::Call(helpers.use_one(name)?)]);
            }
        }
        Ok(())
    }

    /// Checks conversions to a smaller type. `halves` are the functions that convert the bits of a float, and of a
    /// double, to those of a half.
    pub(super) fn check_conversions(&mut self, code: &[Placed<'_>], locals: &Locals, halves: [Option<u32>; 2]) {
        let Ok(first) = u32::try_from(locals.count) else { return };
        let added = Added::from(first);
        for (position, (operator, _)) in code.iter().enumerate() {
            let instead = match operator {
                Operator::F32DemoteF64 => demotion(&added),
                Operator::Call { function_index } if halves[0] == Some(*function_index) => {
                    half(added.bits, i64::from(f32::INFINITY.to_bits()), *function_index, &added)
                }
                Operator::Call { function_index } if halves[1] == Some(*function_index) => {
                    half(added.long_bits, f64::INFINITY.to_bits().cast_signed(), *function_index, &added)
                }
                _ => match Truncation::of(operator) {
                    Some(truncation) => truncation.checked(&added),
                    None => continue,
                },
            };
            self.converts = true;
            self.replace(position, instead);
        }
    }

    /// Returns `body` with the changes, or `None` if there are none.
    pub(super) fn apply(
        &self,
        wasm: &[u8],
        body: &FunctionBody<'_>,
        code: &[Placed<'_>],
        locals: &Locals,
    ) -> Option<Vec<u8>> {
        if self.replaced.is_empty() {
            return None;
        }
        let mut written = locals.declare(wasm, if self.converts { &Added::TYPES } else { &[] });
        let start = code.first().map_or(body.range().end, |(_, place)| place.start);
        let mut out = Splice::new(wasm, start..body.range().end);
        for (position, instead) in &self.replaced {
            let place = out.replace(code[*position].1.clone());
            for instruction in instead {
                instruction.encode(place);
            }
        }
        written.extend(out.finish());
        Some(written)
    }
}

/// The imports whose results are checked, each by the helper of its name.
pub(super) const CHECKED: [&str; 9] =
    ["pow", "powf", "fmod", "fmodf", "fmodl", "__addtf3", "__subtf3", "__multf3", "__divtf3"];

/// The imports that convert long doubles.
const CONVERSIONS: [&str; 6] =
    ["__trunctfdf2", "__trunctfsf2", "__fixtfsi", "__fixtfdi", "__fixunstfsi", "__fixunstfdi"];

/// The indices of the locals that checks of conversions need.
struct Added {
    double: u32,
    float: u32,
    bits: u32,
    half: u32,
    long_bits: u32,
}

impl Added {
    /// Their declarations.
    const TYPES: [(u32, ValType); 4] = [(1, ValType::F64), (1, ValType::F32), (2, ValType::I32), (1, ValType::I64)];

    fn from(first: u32) -> Self {
        let [double, float, bits, half, long_bits] = [0, 1, 2, 3, 4].map(|n| first.saturating_add(n));
        Self { double, float, bits, half, long_bits }
    }
}

/// Sets `bits` of the status if the value on the stack is true. There is no call in loops that convert: they would
/// keep their variables in memory.
fn raise_if(bits: i32) -> Vec<Instruction<'static>> {
    let mut code = vec![Instruction::If(BlockType::Empty)];
    code.extend(raise(bits));
    code.push(Instruction::End);
    code
}

/// Sets `bits` of the status.
fn raise(bits: i32) -> [Instruction<'static>; 6] {
    let word = wasm_encoder::MemArg { offset: 0, align: 2, memory_index: 0 };
    [
        Instruction::I32Const(STATUS_ADDRESS),
        Instruction::I32Const(STATUS_ADDRESS),
        Instruction::I32Load(word),
        Instruction::I32Const(bits),
        Instruction::I32Or,
        Instruction::I32Store(word),
    ]
}

/// A double that becomes a float: an infinity that was none overflowed.
fn demotion(added: &Added) -> Vec<Instruction<'static>> {
    let mut code = vec![
        Instruction::LocalTee(added.double),
        Instruction::F32DemoteF64,
        Instruction::LocalTee(added.float),
        Instruction::F32Abs,
        Instruction::F32Const(f32::INFINITY.into()),
        // One comparison in machine code, which equality is not.
        Instruction::F32Ge,
        Instruction::If(BlockType::Empty),
        Instruction::LocalGet(added.double),
        Instruction::F64Abs,
        Instruction::F64Const(f64::INFINITY.into()),
        Instruction::F64Lt,
    ];
    code.extend(raise_if(OVERFLOW));
    code.extend([Instruction::End, Instruction::LocalGet(added.float)]);
    code
}

/// The bits of a number, of which those in `exponent` are all set if it is not finite, become those of a half by a call
/// of `function`.
fn half(number: u32, exponent: i64, function: u32, added: &Added) -> Vec<Instruction<'static>> {
    const INFINITY: i32 = 0x7c00;
    let long = number == added.long_bits;
    let mut code = vec![
        Instruction::LocalTee(number),
        Instruction::Call(function),
        Instruction::LocalTee(added.half),
        Instruction::I32Const(0x7fff),
        Instruction::I32And,
        Instruction::I32Const(INFINITY),
        Instruction::I32Eq,
        Instruction::If(BlockType::Empty),
        Instruction::LocalGet(number),
    ];
    if long {
        let all = Instruction::I64Const(exponent);
        code.extend([all.clone(), Instruction::I64And, all, Instruction::I64Ne]);
    } else {
        let all = Instruction::I32Const(i32::try_from(exponent).unwrap_or_default());
        code.extend([all.clone(), Instruction::I32And, all, Instruction::I32Ne]);
    }
    code.extend(raise_if(OVERFLOW));
    // A half that is subnormal or zero, and not the number itself.
    code.extend([Instruction::Else, Instruction::LocalGet(added.half), Instruction::I32Const(INFINITY)]);
    code.extend([Instruction::I32And, Instruction::I32Eqz, Instruction::If(BlockType::Empty)]);
    code.extend([Instruction::LocalGet(added.half), Instruction::I32Const(0x3ff), Instruction::I32And]);
    code.extend([Instruction::F64ConvertI32U, Instruction::F64Const(2f64.powi(-24).into()), Instruction::F64Mul]);
    code.push(Instruction::LocalGet(number));
    if long {
        code.push(Instruction::F64ReinterpretI64);
    } else {
        code.extend([Instruction::F32ReinterpretI32, Instruction::F64PromoteF32]);
    }
    code.extend([Instruction::F64Abs, Instruction::F64Ne]);
    code.extend(raise_if(UNDERFLOW));
    code.extend([Instruction::End, Instruction::End, Instruction::LocalGet(added.half)]);
    code
}

/// A conversion to an integer, of the numbers from `low` on, or above it, and below `high`. Other numbers become what
/// they become on processors with the x86-64 instruction set, where most programs run otherwise.
struct Truncation {
    instruction: Instruction<'static>,
    double: bool,
    signed: bool,
    long: bool,
    low: f64,
    /// Whether `low` itself is outside.
    above: bool,
    high: f64,
}

impl Truncation {
    fn of(operator: &Operator<'_>) -> Option<Self> {
        let (instruction, double, signed, bits) = match operator {
            Operator::I32TruncSatF64S => (Instruction::I32TruncSatF64S, true, true, 32),
            Operator::I32TruncSatF64U => (Instruction::I32TruncSatF64U, true, false, 32),
            Operator::I32TruncSatF32S => (Instruction::I32TruncSatF32S, false, true, 32),
            Operator::I32TruncSatF32U => (Instruction::I32TruncSatF32U, false, false, 32),
            Operator::I64TruncSatF64S => (Instruction::I64TruncSatF64S, true, true, 64),
            Operator::I64TruncSatF64U => (Instruction::I64TruncSatF64U, true, false, 64),
            Operator::I64TruncSatF32S => (Instruction::I64TruncSatF32S, false, true, 64),
            Operator::I64TruncSatF32U => (Instruction::I64TruncSatF32U, false, false, 64),
            _ => return None,
        };
        let high = 2f64.powi(if signed { bits - 1 } else { bits });
        // Only doubles lie between the smallest integer of 32 bits and the next one below, and become the former.
        let between = double && bits == 32;
        let (low, above) = match (signed, between) {
            (true, true) => (-high - 1.0, true),
            (true, false) => (-high, false),
            (false, _) => (-1.0, true),
        };
        Some(Self { instruction, double, signed, long: bits == 64, low, above, high })
    }

    #[expect(clippy::cast_possible_truncation, reason = "the bounds are powers of two, or -1")]
    fn bound(&self, value: f64) -> Instruction<'static> {
        if self.double { Instruction::F64Const(value.into()) } else { Instruction::F32Const((value as f32).into()) }
    }

    fn either(&self, double: Instruction<'static>, float: Instruction<'static>) -> Instruction<'static> {
        if self.double { double } else { float }
    }

    fn integer(&self, value: i64) -> Instruction<'static> {
        #[expect(clippy::cast_possible_truncation, reason = "the smallest integer of either type, or 0")]
        if self.long { Instruction::I64Const(value) } else { Instruction::I32Const(value as i32) }
    }

    fn checked(self, added: &Added) -> Vec<Instruction<'static>> {
        let number = if self.double { added.double } else { added.float };
        let block = Instruction::If(BlockType::Result(if self.long { ValType::I64 } else { ValType::I32 }));
        let above = if self.above {
            self.either(Instruction::F64Gt, Instruction::F32Gt)
        } else {
            self.either(Instruction::F64Ge, Instruction::F32Ge)
        };
        let abs = self.either(Instruction::F64Abs, Instruction::F32Abs);
        let below = self.either(Instruction::F64Lt, Instruction::F32Lt);
        let get = Instruction::LocalGet(number);
        let within = [self.bound(self.low), above, get.clone()];
        let convert = [block.clone(), get.clone(), self.instruction.clone(), Instruction::Else];
        let mut code = vec![Instruction::LocalTee(number)];
        if self.signed {
            // One comparison, which the smallest integer does not pass.
            code.extend([abs, self.bound(self.high), below.clone()]);
            code.extend(convert.clone());
            code.push(get);
            code.extend(within);
            code.extend([self.bound(0.0), below, Instruction::I32And]);
            code.extend(convert);
            code.extend(raise(INVALID));
            code.extend([self.integer(if self.long { i64::MIN } else { i32::MIN.into() }), Instruction::End]);
        } else {
            code.extend(within);
            code.extend([self.bound(self.high), below.clone(), Instruction::I32And]);
            code.extend(convert);
            code.extend(raise(INVALID));
            // Small numbers are converted to a signed integer, of which the lower bits are the result.
            code.extend([get.clone(), abs, self.bound(2f64.powi(63)), below, block.clone(), get.clone()]);
            code.push(self.either(Instruction::I64TruncSatF64S, Instruction::I64TruncSatF32S));
            if self.long {
                code.extend([Instruction::Else, get, self.bound(self.high)]);
                code.extend([self.either(Instruction::F64Ge, Instruction::F32Ge), block, self.integer(0)]);
                code.extend([Instruction::Else, self.integer(i64::MIN), Instruction::End]);
            } else {
                code.extend([Instruction::I32WrapI64, Instruction::Else, self.integer(0)]);
            }
            code.push(Instruction::End);
        }
        code.push(Instruction::End);
        code
    }
}
