//! Which bits a call sets: without flags, all functions that set one are the same, so the surroundings decide.

use wasmparser::Operator;

use super::roles::Placed;

/// A division by zero.
pub(super) const DIVISION: i32 = 1;
/// An overflow.
pub(super) const OVERFLOW: i32 = 2;
/// A result that is smaller than all normal numbers, and not exact.
pub(super) const UNDERFLOW: i32 = 4;
/// An invalid operation.
pub(super) const INVALID: i32 = 8;

/// The number of instructions that count the turns of a loop before it: `n > 0 ? n : 0` and a zero.
const HOISTED: usize = 9;

/// Returns the bits that the call at the position `call` of `code` sets. Most are integer divisions by zero.
pub(super) fn bits(code: &[Placed<'_>], call: usize) -> i32 {
    let after = code[call + 1..].iter().map(|(operator, _)| operator).next();
    match after {
        // The results of `spacing` of halves: no number, and infinity.
        Some(Operator::I32Const { value: 0x7e00 }) => return INVALID,
        Some(Operator::I32Const { value: 0x7c00 }) => return OVERFLOW,
        _ => {}
    }
    let before: Vec<&Operator<'_>> =
        code[..call].iter().rev().take(HOISTED + 1).map(|(operator, _)| operator).collect();
    match before.as_slice() {
        // The smallest integer divided by -1.
        [Operator::If { .. }, Operator::I32Eqz, Operator::I32Or, ..] => OVERFLOW,
        // "Not a time".
        [Operator::If { .. }, Operator::I64Eq, Operator::I64Const { value: i64::MIN }, ..]
        | [Operator::End, Operator::BrIf { .. }, Operator::I64Ne, Operator::I64Const { value: i64::MIN }, ..] => {
            INVALID
        }
        [Operator::LocalSet { .. }, Operator::Select, Operator::I32GtS, .., Operator::End]
            if before.len() == HOISTED + 1 =>
        {
            INVALID
        }
        _ => DIVISION,
    }
}
