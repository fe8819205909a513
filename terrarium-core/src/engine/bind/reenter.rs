//! Calls from host functions back into the guest.
//!
//! Each such call has a separate stack, of the stacks that the process has for all guests. A guest may go deeper only
//! while as many stacks are free as it has taken, so a few guests cannot take them all. A guest that finds none free
//! waits.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::{Duration, Instant},
};

use wasmtime::{Caller, Extern, Func, Ref, Result, Trap, Val, bail};

use super::linker::{raw, value};
use crate::engine::{compile::config::MAX_NESTED_CALLS, live::state::InstanceState};

/// The nested calls that a guest may have whatever others have taken, while there are stacks at all. A Python function
/// that a foreign function calls back takes two.
const ALWAYS: u32 = 2;
/// The calls beyond the bound that a guest has to notice it.
const SLACK: u32 = 4;
/// The stacks that are kept for both.
const RESERVED: u32 = 128;
/// The longest wait of a guest that holds stacks for another one, and the time between two looks.
const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(1);

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

/// The stacks that a nested call has taken, until it is dropped.
#[derive(Debug)]
struct TakenStacks<'s> {
    count: u32,
    stacks: &'s AtomicU32,
}

impl<'s> TakenStacks<'s> {
    /// Takes the stack of a call at this depth. The first call of a guest takes all that a guest may always have: those
    /// who wait for their first stack hold none, so those who hold some can go on and end.
    fn take(depth: u32, stacks: &'s AtomicU32) -> Option<Self> {
        let count = match depth {
            0 => ALWAYS,
            _ if depth < ALWAYS => 0,
            _ => 1,
        };
        let taken = stacks.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |in_use| {
            Some(in_use + count).filter(|in_use| *in_use <= MAX_NESTED_CALLS)
        });
        taken.ok().map(|_| Self { count, stacks })
    }
}

impl TakenStacks<'static> {
    /// Waits for the stack of a call. A guest that holds none waits as long as it has time, others for a while: two that
    /// hold some could wait for each other.
    ///
    /// # Errors
    /// When the run is stopped by force meanwhile, or the guest has waited long.
    fn wait(caller: &mut Caller<'_, InstanceState>, depth: u32) -> Result<Self> {
        let until = if depth == 0 { None } else { Instant::now().checked_add(PATIENCE) };
        // Others may have taken stacks since this guest was last refused: it need not fit among them any more.
        let is_in_order = depth < MAX_NESTED_CALLS - RESERVED + SLACK;
        while is_in_order && until.is_none_or(|until| Instant::now() < until) {
            if let Some(taken) = Self::take(depth, &IN_USE) {
                return Ok(taken);
            }
            if caller.data().run.interrupt.forced().is_some() {
                return Err(Trap::Interrupt.into());
            }
            if caller.data().run.interrupt.reason().is_some() {
                // The grace period is processor time, which a sleep would not spend.
                thread::yield_now();
            } else {
                thread::sleep(PAUSE);
            }
        }
        // The status is that of exhausted memory, which the stacks are a part of.
        caller.data_mut().run.limiter.denied = true;
        bail!(
            "foreign calls and callbacks are nested {depth} deep, and all {MAX_NESTED_CALLS} stacks for such calls are in \
             use by runs of this process: nest fewer, or run fewer at a time"
        );
    }
}

impl Drop for TakenStacks<'_> {
    fn drop(&mut self) {
        self.stacks.fetch_sub(self.count, Ordering::Relaxed);
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
/// When too many such calls are nested already, when the run is stopped while it waits for a stack, and every error of
/// the function.
pub(in crate::engine) async fn nested(
    caller: &mut Caller<'_, InstanceState>,
    function: Func,
    arguments: &[Val],
    results: &mut [Val],
) -> Result<()> {
    let depth = caller.data().run.depth;
    let free = if depth < MAX_NESTED_CALLS - RESERVED + SLACK { TakenStacks::take(depth, &IN_USE) } else { None };
    let _stacks = match free {
        Some(taken) => taken,
        None => TakenStacks::wait(caller, depth)?,
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
    use std::iter;

    use super::*;

    /// Lets guests nest one after the other, each as deep as it may, and returns their depths.
    fn greedy(guests: usize) -> Vec<u32> {
        let mut in_use = 0;
        let nest = |_| {
            let depth = (0..).find(|depth| !may_nest(*depth, in_use + depth.max(&ALWAYS))).unwrap();
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

    #[test]
    fn the_first_stack_brings_the_second_one() {
        let stacks = AtomicU32::new(0);
        let first: Vec<_> = iter::from_fn(|| TakenStacks::take(0, &stacks)).collect();
        assert_eq!(first.len(), (MAX_NESTED_CALLS / ALWAYS) as usize);
        // Each of them can make its second call, and none waits for another.
        let second: Vec<_> = first.iter().map_while(|_| TakenStacks::take(1, &stacks)).collect();
        assert_eq!(second.len(), first.len());
        assert!(TakenStacks::take(ALWAYS, &stacks).is_none() && TakenStacks::take(0, &stacks).is_none());
        drop((first, second));
        assert_eq!(stacks.into_inner(), 0);
    }
}
