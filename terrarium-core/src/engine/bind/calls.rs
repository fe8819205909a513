//! The imports that need the engine: memory growth, the table, and calls back into the guest.
//!
//! Those that call into the guest are asynchronous functions, as every call into it is.

use wasmtime::{Caller, Extern, Func, FuncType, Linker, Ref, Result, Val, bail, format_err};

use super::linker::{raw, value, view};
use crate::{
    engine::{
        dl, ffi,
        live::state::{Links, State},
        stop::interrupt::Reason,
    },
    syscall::{EngineCall, Import, Stop},
};

/// The size of a WebAssembly page.
const PAGE: u64 = 64 << 10;
/// The heap grows by this at least, so that a growing program does not ask for each page.
const GROWTH: u64 = 1 << 20;
/// What 32-bit memory ends at; the last page cannot be expressed in a 32-bit size.
const MOST_HEAP: u64 = (4 << 30) - PAGE;
/// How deep calls from host functions into the guest may lie in each other. Each has a stack of its own, of those that
/// the process has for all guests. A Python function that is called back by a foreign one takes two.
const MOST_NESTED: usize = 512;
/// SIGINT.
const INTERRUPT_SIGNAL: i32 = 2;

/// Define the import `entry`, which the engine serves as `call`.
pub(in crate::engine) fn define(
    linker: &mut Linker<State>,
    entry: &'static Import,
    call: EngineCall,
    ty: FuncType,
) -> Result<()> {
    let (from, name) = (entry.module, entry.name);
    match call {
        EngineCall::ResizeHeap => linker.func_wrap(from, name, resize_heap),
        EngineCall::HeapMax => linker.func_wrap(from, name, heap_max),
        EngineCall::CheckSignals => linker.func_wrap(from, name, check_signals),
        EngineCall::Trampoline => linker.func_wrap_async(from, name, |caller, arguments: (i32, i32, i32, i32)| {
            Box::new(trampoline(caller, arguments))
        }),
        EngineCall::CallSighandler => linker.func_wrap_async(from, name, |caller, (handler, signal): (i32, i32)| {
            Box::new(async move { call_table(caller, handler, &[signal, 0, 0]).await.map(|_| ()) })
        }),
        EngineCall::Mmap => linker.func_new_async(from, name, ty, |caller, arguments, results| {
            Box::new(async move {
                results.fill(Val::I32(crate::engine::bind::mmap::map(caller, arguments).await?));
                Ok(())
            })
        }),
        EngineCall::Dlopen => {
            linker.func_wrap_async(from, name, |caller, (dso,): (u32,)| Box::new(dl::open(caller, dso)))
        }
        EngineCall::Dlsym => linker.func_wrap_async(from, name, |caller, (dso, symbol, _): (u32, u32, u32)| {
            Box::new(dl::symbol(caller, dso, symbol))
        }),
        EngineCall::FfiCall => {
            linker.func_wrap_async(from, name, |caller, arguments| Box::new(ffi::call(caller, arguments)))
        }
        EngineCall::FfiClosureAlloc => {
            linker.func_wrap_async(from, name, |caller, arguments| Box::new(ffi::alloc(caller, arguments)))
        }
        EngineCall::FfiClosureFree => {
            linker.func_wrap_async(from, name, |caller, arguments| Box::new(ffi::free(caller, arguments)))
        }
        EngineCall::FfiPrepClosure => {
            linker.func_wrap(from, name, |caller: Caller<'_, State>, closure, cif, callback, user_data, slot| {
                ffi::prepare(caller, (closure, cif, callback, user_data, slot))
            })
        }
        EngineCall::DlopenAsync => linker.func_new(from, name, ty, move |_, _, _| {
            let reason = "libraries are loaded at once, by `dlopen`";
            Err(wasmtime::Error::new(Stop::Unsupported { import: entry.name, reason }))
        }),
    }?;
    Ok(())
}

fn links(caller: &Caller<'_, State>) -> Result<Links> {
    caller.data().guest.ok_or_else(|| format_err!("the guest is not instantiated yet"))
}

/// Grow the memory to at least `bytes`: 1, or 0 when the limit does not allow it.
fn resize_heap(mut caller: Caller<'_, State>, bytes: u32) -> Result<i32> {
    let memory = links(&caller)?.memory;
    let present = memory.size(&caller) * PAGE;
    let wanted = u64::from(bytes).next_multiple_of(PAGE);
    if wanted <= present {
        return Ok(1);
    }
    // Generously if that is allowed, else exactly.
    for size in [wanted.max(present + GROWTH), wanted] {
        let pages = (size - present) / PAGE;
        if size <= MOST_HEAP && memory.grow(&mut caller, pages).is_ok() {
            return Ok(1);
        }
    }
    caller.data_mut().limiter.denied = true;
    Ok(0)
}

/// The memory limit.
fn heap_max(caller: Caller<'_, State>) -> u32 {
    u32::try_from(caller.data().limiter.memory().min(MOST_HEAP)).unwrap_or(u32::MAX)
}

/// The signal to raise: the interrupt, if the run is being stopped.
fn check_signals(mut caller: Caller<'_, State>) -> Result<i32> {
    let word = links(&caller)?.signal_word;
    let reason = caller.data().interrupt.reason();
    view(&mut caller)?.1.write_u32(word, 0).map_err(|errno| format_err!("signal word: {errno}"))?;
    Ok(match reason {
        Some(Reason::Timeout | Reason::Cancelled) => INTERRUPT_SIGNAL,
        None => 0,
    })
}

/// Call a C function with as many of the arguments as it takes. The driver's trampoline serves all but the first
/// calls, which come before it is in place.
async fn trampoline(caller: Caller<'_, State>, (function, a, b, c): (i32, i32, i32, i32)) -> Result<i32> {
    match call_table(caller, function, &[a, b, c]).await? {
        Some(Val::I32(result)) => Ok(result),
        other => bail!("a C function of CPython's returned {other:?}"),
    }
}

/// Call the function in a table slot with as many of `arguments` as it takes.
async fn call_table(mut caller: Caller<'_, State>, slot: i32, arguments: &[i32]) -> Result<Option<Val>> {
    let table = links(&caller)?.table;
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
pub(in crate::engine) const CALLED: [&str; 5] =
    ["malloc", "calloc", "free", "emscripten_builtin_memalign", "__dl_seterr"];

/// Call a function that the guest exports, one of [`CALLED`].
pub(in crate::engine) async fn call_export(
    caller: &mut Caller<'_, State>,
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

/// Call into the guest from one of its imports.
///
/// # Errors
/// When too many such calls lie in each other already, and whatever the function does.
pub(in crate::engine) async fn nested(
    caller: &mut Caller<'_, State>,
    function: Func,
    arguments: &[Val],
    results: &mut [Val],
) -> Result<()> {
    if caller.data().depth >= MOST_NESTED {
        bail!("foreign calls and callbacks are nested more than {MOST_NESTED} deep");
    }
    caller.data_mut().depth += 1;
    let outcome = function.call_async(&mut *caller, arguments, results).await;
    caller.data_mut().depth -= 1;
    outcome
}

/// The result of a call as an address.
pub(in crate::engine) fn address(result: Option<Val>) -> u32 {
    u32::try_from(result.as_ref().map_or(0, raw)).unwrap_or(0)
}
