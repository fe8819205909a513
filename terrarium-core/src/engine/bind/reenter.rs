//! Calls from host functions back into the guest.

use wasmtime::{Caller, Extern, Func, Ref, Result, Val, bail};

use super::linker::{raw, value};
use crate::engine::live::state::InstanceState;

/// The most nested calls from host functions into the guest. Each has a separate stack, of the stacks that the process
/// has for all guests. A Python function that a foreign function calls back takes two.
const MAX_NESTED: usize = 512;

/// Calls a C function with as many of the arguments as it takes. The driver's trampoline serves all calls except the
/// first ones, which come before its installation.
pub(super) async fn trampoline(
    caller: Caller<'_, InstanceState>,
    (function, a, b, c): (i32, i32, i32, i32),
) -> Result<i32> {
    match call_table(caller, function, &[a, b, c]).await? {
        Some(Val::I32(result)) => Ok(result),
        other => bail!("a C function of CPython's returned {other:?}"),
    }
}

/// Calls the function in a table slot with as many of `arguments` as it takes.
pub(super) async fn call_table(
    mut caller: Caller<'_, InstanceState>,
    slot: i32,
    arguments: &[i32],
) -> Result<Option<Val>> {
    let table = caller.data().links()?.table;
    let function: Func = match table.get(&mut caller, u64::from(slot.cast_unsigned())) {
        Some(Ref::Func(Some(function))) => function,
        _ => bail!("table slot {slot} holds no function"),
    };
    let ty = function.ty(&caller);
    if ty.params().len() > arguments.len() {
        bail!("the function in table slot {slot} takes {} arguments", ty.params().len());
    }
    let parameters: Vec<Val> = arguments.iter().take(ty.params().len()).map(|n| Val::I32(*n)).collect();
    let mut results: Vec<Val> = ty.results().map(|ty| value(0, &ty)).collect();
    nested(&mut caller, function, &parameters, &mut results).await?;
    Ok(results.pop())
}

/// The functions of the guest that the host calls by name: see [`call_export`].
pub(in crate::engine) const CALLED: [&str; 6] =
    ["malloc", "calloc", "free", "emscripten_builtin_memalign", "__dl_seterr", "__errno_location"];

/// Calls a function that the guest exports, one of [`CALLED`].
pub(in crate::engine) async fn call_export(
    caller: &mut Caller<'_, InstanceState>,
    name: &str,
    arguments: &[i32],
) -> Result<Option<Val>> {
    debug_assert!(CALLED.contains(&name), "images do not export {name}");
    let Some(Extern::Func(function)) = caller.get_export(name) else { bail!("the guest has no function {name}") };
    let mut results: Vec<Val> = function.ty(&*caller).results().map(|ty| value(0, &ty)).collect();
    let parameters: Vec<Val> = arguments.iter().map(|n| Val::I32(*n)).collect();
    nested(caller, function, &parameters, &mut results).await?;
    Ok(results.pop())
}

/// Calls into the guest from one of its imports.
///
/// # Errors
/// When too many such calls are nested already, and every error of the function.
pub(in crate::engine) async fn nested(
    caller: &mut Caller<'_, InstanceState>,
    function: Func,
    arguments: &[Val],
    results: &mut [Val],
) -> Result<()> {
    if caller.data().run.depth >= MAX_NESTED {
        bail!("foreign calls and callbacks are nested more than {MAX_NESTED} deep");
    }
    caller.data_mut().run.depth += 1;
    let outcome = function.call_async(&mut *caller, arguments, results).await;
    caller.data_mut().run.depth -= 1;
    outcome
}

/// Returns the result of a call as an address.
pub(in crate::engine) fn address(result: Option<Val>) -> u32 {
    u32::try_from(result.as_ref().map_or(0, raw)).unwrap_or(0)
}
