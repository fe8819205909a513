//! Branches across added blocks.

use std::borrow::Cow;

use wasm_encoder::Instruction;
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasmparser::{Catch, Operator};

use super::super::error::RewriteError;
use super::Site;

/// Returns `operator` with every label replaced by the result of `label`, or `None` if no label changes.
pub(super) fn relabel<'a>(
    operator: Operator<'a>,
    site: Site,
    label: impl Fn(u32) -> Result<u32, RewriteError>,
) -> Result<Option<Instruction<'a>>, RewriteError> {
    let mut changed = false;
    let mut map = |depth: &mut u32| -> Result<(), RewriteError> {
        let mapped = label(*depth)?;
        changed |= mapped != *depth;
        *depth = mapped;
        Ok(())
    };
    let mut operator = operator;
    match &mut operator {
        Operator::Br { relative_depth }
        | Operator::BrIf { relative_depth }
        | Operator::BrOnNull { relative_depth }
        | Operator::BrOnNonNull { relative_depth }
        | Operator::BrOnCast { relative_depth, .. }
        | Operator::BrOnCastFail { relative_depth, .. } => map(relative_depth)?,
        Operator::BrTable { targets } => {
            let mut default = targets.default();
            map(&mut default)?;
            let mut depths = Vec::with_capacity(targets.len() as usize);
            for depth in targets.targets() {
                let mut depth = depth?;
                map(&mut depth)?;
                depths.push(depth);
            }
            return Ok(changed.then_some(Instruction::BrTable(Cow::Owned(depths), default)));
        }
        Operator::TryTable { try_table } => {
            for catch in &mut try_table.catches {
                match catch {
                    Catch::One { label, .. }
                    | Catch::OneRef { label, .. }
                    | Catch::All { label }
                    | Catch::AllRef { label } => map(label)?,
                }
            }
        }
        Operator::BrOnCastDescEq { .. } | Operator::BrOnCastDescEqFail { .. } => {
            return Err(site.error("br_on_cast_desc_eq", "is not supported"));
        }
        Operator::Resume { .. } | Operator::ResumeThrow { .. } | Operator::ResumeThrowRef { .. } => {
            return Err(site.error("resume", "is not supported"));
        }
        _ => return Ok(None),
    }
    if changed { Ok(Some(RoundtripReencoder.instruction(operator)?)) } else { Ok(None) }
}
