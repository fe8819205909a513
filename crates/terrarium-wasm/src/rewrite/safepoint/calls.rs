//! The reads of all functions of a module, callees before their callers.
//!
//! Code that never ends repeats a loop, which reads, or calls without end. So every cycle of calls contains a call with
//! a read before it: one that leads back to a function whose callees are still being visited.

use std::cmp::Reverse;

use wasmparser::{FunctionBody, Operator};

use super::super::error::RewriteError;
use super::super::module::{Module, index};
use super::forward::{Forward, forward};
use super::stretch::{Called, Stretches, stretches};

/// Returns the places before which each function of `module` reads, in the order of the bodies, then of the places,
/// which are bytes from the start of the module. Only in a module that `is_trusted` may a loop advance, or a recursion
/// return, without reads. A hostile one would do so through all of memory, or out of millions of calls.
pub(super) fn reads(module: &Module<'_>, is_trusted: bool) -> Result<Vec<Vec<usize>>, RewriteError> {
    let mut functions = Vec::with_capacity(module.bodies.len());
    for body in &module.bodies {
        let index = index(functions.len())?.saturating_add(module.imported_functions);
        let params = module.signature(index)?.params().len();
        let forward = if is_trusted { forward(body, params)? } else { None };
        functions.push(Function { callees: callees(module, body)?, forward, is_visited: false, stretches: None });
    }
    // Calls back to a function under visit read first. The largest function is the interpreter's main loop, where such
    // calls are rare.
    let mut roots: Vec<usize> = (0..functions.len()).collect();
    roots.sort_by_key(|root| Reverse(module.bodies[*root].range().len()));
    for root in roots {
        visit(module, &mut functions, root, is_trusted)?;
    }
    Ok(functions.into_iter().map(|function| function.stretches.map_or_else(Vec::new, |found| found.reads)).collect())
}

/// A function that the module defines.
struct Function {
    /// The functions of the module that it calls directly, each once.
    callees: Vec<usize>,
    forward: Option<Forward>,
    is_visited: bool,
    /// Known after the stretches of its callees.
    stretches: Option<Stretches>,
}

/// Returns the functions of `module` that `body` calls directly, as indices of bodies.
fn callees(module: &Module<'_>, body: &FunctionBody<'_>) -> Result<Vec<usize>, RewriteError> {
    let mut callees = Vec::new();
    let mut reader = body.get_operators_reader()?;
    while !reader.eof() {
        if let Operator::Call { function_index } | Operator::ReturnCall { function_index } = reader.read()? {
            callees.extend(position(module, function_index));
        }
    }
    callees.sort_unstable();
    callees.dedup();
    Ok(callees)
}

/// Returns the position of the body of `function`, if it is no import.
fn position(module: &Module<'_>, function: u32) -> Option<usize> {
    Some(function.checked_sub(module.imported_functions)? as usize)
}

/// Visits `root`, unless it was reached before, after all functions that it calls. The walk is depth first without
/// recursion, because calls can be nested as deep as there are functions.
fn visit(module: &Module<'_>, functions: &mut [Function], root: usize, is_trusted: bool) -> Result<(), RewriteError> {
    let mut open = Vec::new();
    let mut next = Some(root);
    loop {
        if let Some(function) = next.take_if(|function| !functions[*function].is_visited) {
            functions[function].is_visited = true;
            open.push((function, 0));
        }
        let Some((caller, looked_at)) = open.last_mut() else { return Ok(()) };
        next = functions[*caller].callees.get(*looked_at).copied();
        *looked_at += 1;
        if next.is_none() {
            let called = |function| {
                let callee = position(module, function).and_then(|position| functions.get(position));
                match callee.and_then(|callee| callee.stretches.as_ref()) {
                    Some(stretches) => Called::Executes(stretches.first, stretches.may_recurse),
                    None => Called::Unknown,
                }
            };
            let stretches =
                stretches(&module.bodies[*caller], functions[*caller].forward.as_ref(), is_trusted, called)?;
            functions[*caller].stretches = Some(stretches);
            open.pop();
        }
    }
}
