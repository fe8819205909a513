//! Instructions as a name and one operand, the form in which rules have them.

use wasm_encoder::{Instruction, MemArg};
use wasmparser::Operator;

/// Gives [`describe`] and [`is_known`] for instructions without operands, and those with one.
macro_rules! instructions {
    ($($plain:ident $name:literal,)* ; $($with:ident { $field:ident } $operand_name:literal,)* ;
     $($memory:ident $memory_name:literal,)* ; $($block:ident $block_name:literal,)*) => {
        /// Returns the name and the operand of an instruction, or `None` for one that rules cannot name.
        ///
        /// The operand of a load or a store is its offset. A block has none.
        pub(super) fn describe(operator: &Operator<'_>) -> Option<(&'static str, i64)> {
            Some(match operator {
                $(Operator::$plain => ($name, 0),)*
                $(Operator::$with { $field } => ($operand_name, i64::from(*$field)),)*
                $(Operator::$memory { memarg } => ($memory_name, i64::try_from(memarg.offset).ok()?),)*
                $(Operator::$block { .. } => ($block_name, 0),)*
                _ => return None,
            })
        }

        /// Returns the name of an instruction as [`describe`] has it.
        pub(super) fn known(name: &str) -> Option<&'static str> {
            [$($name,)* $($operand_name,)* $($memory_name,)* $($block_name,)*].into_iter().find(|known| *known == name)
        }
    };
}

instructions! {
    End "end", Select "select", I32Eqz "i32.eqz", I32Eq "i32.eq", I32LeS "i32.le_s", I32GtS "i32.gt_s",
    I32GtU "i32.gt_u", I32Add "i32.add", I32Sub "i32.sub", I32Or "i32.or", I32Shl "i32.shl", I32WrapI64 "i32.wrap_i64",
    I64Ne "i64.ne", I64LtU "i64.lt_u", I64Add "i64.add", I64ExtendI32S "i64.extend_i32_s", ;
    LocalGet { local_index } "local.get", LocalSet { local_index } "local.set", LocalTee { local_index } "local.tee",
    GlobalGet { global_index } "global.get", Call { function_index } "call", Br { relative_depth } "br",
    BrIf { relative_depth } "br_if", I32Const { value } "i32.const", I64Const { value } "i64.const", ;
    I32Load "i32.load", I32Store "i32.store", I64Store "i64.store", ;
    Block "block", If "if",
}

/// Returns the instruction with this name and operand, or `None` for one that no rule writes.
pub(super) fn instruction(name: &str, operand: i64) -> Option<Instruction<'static>> {
    let index = u32::try_from(operand);
    let memory = |align| Some(MemArg { offset: u64::try_from(operand).ok()?, align, memory_index: 0 });
    Some(match name {
        "end" => Instruction::End,
        "i32.add" => Instruction::I32Add,
        "i64.extend_i32_s" => Instruction::I64ExtendI32S,
        "i32.const" => Instruction::I32Const(i32::try_from(operand).ok()?),
        "local.get" => Instruction::LocalGet(index.ok()?),
        "local.set" => Instruction::LocalSet(index.ok()?),
        "br" => Instruction::Br(index.ok()?),
        "call" => Instruction::Call(index.ok()?),
        "i32.load" => Instruction::I32Load(memory(2)?),
        "i64.store" => Instruction::I64Store(memory(3)?),
        _ => return None,
    })
}
