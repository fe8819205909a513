//! Calls from host functions back into the guest.
//!
//! Each such call has a separate stack, of the stacks that the process has for all guests. A guest may go deeper only
//! while as many stacks are free as it has taken, so a few guests cannot take them all.

use std::sync::atomic::{AtomicU32, Ordering};

use wasmtime::{Caller, Extern, Func, Ref, Result, Val, bail};

use super::linker::{raw, value};
use crate::engine::{compile::config::MAX_NESTED_CALLS, live::state::InstanceState};

/// The nested calls that a guest may have whatever others have taken, while there are stacks at all. A Python function
/// that a foreign function calls back takes two.
const ALWAYS: u32 = 2;
/// The calls beyond the bound that a guest has to notice it.
const SLACK: u32 = 4;
/// The stacks that are kept for both.
const RESERVED: u32 = 128;

/// The stacks of nested calls that are in use in this process.
static IN_USE: AtomicU32 = AtomicU32::new(0);

/// Whether a guest that has taken `depth` stacks may take another while `in_use` are taken in all.
fn may_nest(depth: u32, in_use: u32) -> bool {
    depth < ALWAYS || depth < (MAX_NESTED_CALLS - RESERVED).saturating_sub(in_use)
}

/// Whether the calls of a guest are nested as deep as they may be. A callback is then given the end of the guest's
/// stack, so that CPython raises `RecursionError`.
pub(in crate::engine) fn is_deep(state: &InstanceState) -> bool {
    !may_nest(state.run.depth, IN_USE.load(Ordering::Relaxed))
}

/// A stack of a nested call, until it is dropped.
struct TakenStack;

impl TakenStack {
    fn take(depth: u32) -> Option<Self> {
        // Others may have taken stacks since this guest was last refused: it need not fit among them any more.
        let is_in_order = depth < MAX_NESTED_CALLS - RESERVED + SLACK;
        let taken = IN_USE.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |in_use| {
            (is_in_order && in_use < MAX_NESTED_CALLS).then_some(in_use + 1)
        });
        taken.ok().map(|_| Self)
    }
}

impl Drop for TakenStack {
    fn drop(&mut self) {
        IN_USE.fetch_sub(1, Ordering::Relaxed);
    }
}

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
    let depth = caller.data().run.depth;
    let Some(_stack) = TakenStack::take(depth) else {
        bail!("foreign calls and callbacks are nested {depth} deep, and there is no stack for another");
    };
    caller.data_mut().run.depth += 1;
    let outcome = function.call_async(&mut *caller, arguments, results).await;
    caller.data_mut().run.depth -= 1;
    outcome
}

/// Returns the result of a call as an address.
pub(in crate::engine) fn address(result: Option<Val>) -> u32 {
    u32::try_from(result.as_ref().map_or(0, raw)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lets guests nest one after the other, each as deep as it may, and returns their depths.
    fn greedy(guests: usize) -> Vec<u32> {
        let mut in_use = 0;
        let nest = |_| {
            let depth = (0..).find(|depth| !may_nest(*depth, in_use + depth)).unwrap();
            in_use += depth;
            depth
        };
        (0..guests).map(nest).collect()
    }

    #[test]
    fn a_guest_alone_nests_deeply_and_has_an_end() {
        let depth = greedy(1)[0];
        assert!((100..=MAX_NESTED_CALLS / 2).contains(&depth), "{depth}");
    }

    #[test]
    fn greedy_guests_leave_stacks_for_others() {
        let depths = greedy(48);
        assert!(depths.is_sorted_by(|a, b| a >= b), "{depths:?}");
        assert!(depths.iter().all(|depth| *depth >= ALWAYS), "{depths:?}");
        assert!(depths.iter().sum::<u32>() + SLACK < MAX_NESTED_CALLS, "{depths:?}");
    }
}
