//! The functions of a module that read, clear or set the status, found by the form of their code.

use std::collections::BTreeMap;
use std::ops::Range;

use wasmparser::{FunctionBody, Operator, ValType};

use super::super::error::RewriteError;
use super::super::module::{Module, index};
use super::helpers::Names;

/// An instruction with its place: bytes from the start of the module.
pub(super) type Placed<'a> = (Operator<'a>, Range<usize>);

/// The use of the status by a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Returns the status.
    Get,
    /// Returns the status and clears it.
    Clear,
    /// Sets the bits that its callers mean: it is several functions, which are equal without flags.
    Raise,
    /// Calls the loop of a ufunc.
    Loop,
    /// Turns a complaint of the linear algebra about an argument into an exception. With it, the status could not be
    /// reported, and what the complaint is about is reported by the status.
    Complain,
}

/// Reads the instructions of `body`.
pub(super) fn instructions<'a>(body: &FunctionBody<'a>) -> Result<Vec<Placed<'a>>, RewriteError> {
    let mut reader = body.get_operators_reader()?;
    let mut read = Vec::new();
    while !reader.eof() {
        let start = reader.original_position();
        read.push((reader.read()?, start..reader.original_position()));
    }
    Ok(read)
}

/// Returns the functions with a role, by index.
pub(super) fn roles(module: &Module<'_>, names: &Names<'_>) -> Result<BTreeMap<u32, Role>, RewriteError> {
    let mut roles = BTreeMap::new();
    let test = names.functions.get("fetestexcept").copied();
    let raise = names.functions.get("feraiseexcept").copied();
    let bodies: Vec<_> = (module.imported_functions..).zip(&module.bodies).collect();
    for (function, body) in &bodies {
        // All these functions are short.
        if body.range().len() > 128 {
            continue;
        }
        let code = instructions(body)?;
        if test.is_some_and(|test| drops_call(&code, test)) && returns_zero(&code) {
            roles.insert(*function, Role::Get);
        } else if raise.is_some_and(|raise| is_raise(&code, raise)) {
            roles.insert(*function, Role::Raise);
        } else if is_loop(module, *function, &code)? {
            roles.insert(*function, Role::Loop);
        }
    }
    // Only the module of the linear algebra has such a function, and it runs no loops of its own.
    let complaint =
        ["PyGILState_Ensure", "PyOS_snprintf", "PyErr_SetString"].map(|name| names.functions.get(name).copied());
    if let [Some(ensure), Some(print), Some(set)] = complaint
        && !roles.values().any(|role| *role == Role::Loop)
    {
        for (function, body) in &bodies {
            let code = instructions_if_short(body)?;
            let calls = |callee: u32| code.iter().any(|(operator, _)| is_call(operator, callee));
            if calls(ensure) && calls(print) && calls(set) {
                roles.insert(*function, Role::Complain);
            }
        }
    }
    let get: Vec<u32> = roles.iter().filter(|(_, role)| **role == Role::Get).map(|(function, _)| *function).collect();
    let mut clears = false;
    for (function, body) in &bodies {
        if body.range().len() <= 128 && !roles.contains_key(function) {
            let code = instructions(body)?;
            if get.iter().any(|get| drops_call(&code, *get)) && returns_zero(&code) {
                let clear = !module.signature(*function)?.params().is_empty();
                clears |= clear;
                roles.insert(*function, if clear { Role::Clear } else { Role::Get });
            }
        }
    }
    if !clears {
        // Where the function that clears contains the one that reads, only the former is left.
        for function in get {
            roles.insert(function, Role::Clear);
        }
    }
    Ok(roles)
}

/// Reads the instructions of a `body` that may be one of a few lines.
fn instructions_if_short<'a>(body: &FunctionBody<'a>) -> Result<Vec<Placed<'a>>, RewriteError> {
    if body.range().len() > 512 { Ok(Vec::new()) } else { instructions(body) }
}

fn is_call(operator: &Operator<'_>, function: u32) -> bool {
    matches!(operator, Operator::Call { function_index } if *function_index == function)
}

/// Returns the functions that convert the bits of a float, and of a double, to a half. They are called by functions of
/// a float, and of a double, that do nothing else.
pub(super) fn half_conversions(module: &Module<'_>) -> Result<[Option<u32>; 2], RewriteError> {
    let mut found = [None, None];
    for body in &module.bodies {
        if body.range().len() > 16 {
            continue;
        }
        let code = instructions(body)?;
        if let [
            (Operator::LocalGet { local_index: 0 }, _),
            (bits, _),
            (Operator::Call { function_index }, _),
            (Operator::End, _),
        ] = code.as_slice()
        {
            let signature = module.signature(*function_index)?;
            match (bits, signature.params(), signature.results()) {
                (Operator::I32ReinterpretF32, [ValType::I32], [ValType::I32]) => found[0] = Some(*function_index),
                (Operator::I64ReinterpretF64, [ValType::I64], [ValType::I32]) => found[1] = Some(*function_index),
                _ => {}
            }
        }
    }
    Ok(found)
}

/// Whether `code` calls `function` and ignores the result.
fn drops_call(code: &[Placed<'_>], function: u32) -> bool {
    code.windows(2).any(|pair| {
        matches!(pair, [(Operator::Call { function_index }, _), (Operator::Drop, _)] if *function_index == function)
    })
}

fn returns_zero(code: &[Placed<'_>]) -> bool {
    matches!(code, [.., (Operator::I32Const { value: 0 }, _), (Operator::End, _)])
}

fn is_raise(code: &[Placed<'_>], raise: u32) -> bool {
    matches!(
        code,
        [
            (Operator::I32Const { value: 0 }, _),
            (Operator::Call { function_index }, _),
            (Operator::Drop, _),
            (Operator::End, _)
        ] if *function_index == raise
    )
}

/// Whether `code` is that of `generic_wrapped_legacy_loop`: it gives its own arguments, and the loop's own data, to a
/// loop whose slot is in its last argument.
fn is_loop(module: &Module<'_>, function: u32, code: &[Placed<'_>]) -> Result<bool, RewriteError> {
    if module.signature(function)?.params().len() != 5 {
        return Ok(false);
    }
    Ok(matches!(
        code,
        [
            (Operator::LocalGet { local_index: 1 }, _),
            (Operator::LocalGet { local_index: 2 }, _),
            (Operator::LocalGet { local_index: 3 }, _),
            (Operator::LocalGet { local_index: 4 }, _),
            (Operator::I32Load { .. }, _),
            (Operator::LocalGet { local_index: 4 }, _),
            (Operator::I32Load { .. }, _),
            (Operator::CallIndirect { table_index: 0, .. }, _),
            ..
        ]
    ))
}

/// Whether `code` is that of a loop for `ufunc.at`: it begins with the number of turns, and with the length of the axis,
/// which is the fourth step.
pub(super) fn is_indexed_loop(module: &Module<'_>, function: u32, code: &[Placed<'_>]) -> Result<bool, RewriteError> {
    /// The longest preparation: a frame on the stack, and two zeros.
    const PREPARATION: usize = 9;
    let signature = module.signature(function)?;
    if signature.params() != [ValType::I32; 5] || signature.results() != [ValType::I32] {
        return Ok(false);
    }
    Ok(code.windows(12).take(PREPARATION + 1).any(|window| {
        matches!(
            window,
            [
                (Operator::LocalGet { local_index: 2 }, _),
                (Operator::I32Load { .. }, _),
                (Operator::LocalTee { local_index: 2 }, _),
                (Operator::I32Const { value: 0 }, _),
                (Operator::LocalGet { local_index: 2 }, _),
                (Operator::I32Const { value: 0 }, _),
                (Operator::I32GtS, _),
                (Operator::Select, _),
                (Operator::LocalSet { .. }, _),
                (Operator::LocalGet { local_index: 3 }, _),
                (Operator::I32Load { memarg }, _),
                (Operator::LocalSet { .. }, _),
            ] if memarg.offset == 12
        )
    }))
}

/// Returns the number of table slots that the module fills.
pub(super) fn slots(module: &Module<'_>) -> Result<u32, RewriteError> {
    let mut count = 0;
    for section in module.sections.iter().filter(|section| section.is(wasm_encoder::SectionId::Element)) {
        for segment in wasmparser::ElementSectionReader::new(module.reader(section))? {
            count += match segment?.items {
                wasmparser::ElementItems::Functions(functions) => functions.count() as usize,
                wasmparser::ElementItems::Expressions(_, expressions) => expressions.count() as usize,
            };
        }
    }
    index(count)
}
