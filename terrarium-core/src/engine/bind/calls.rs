//! The imports that need the engine: memory growth, the table, and calls back into the guest.
//!
//! Imports that call into the guest are asynchronous functions, like every call into the guest.

use wasmtime::{Caller, FuncType, Linker, Result, Val, format_err};

use super::{
    linker::view,
    mmap,
    reenter::{call_table, trampoline},
};
use crate::engine::{
    dl, ffi,
    live::state::{InstanceState, Links},
    stop::interrupt::Reason,
};
use terrarium_unix::syscall::{EngineCall, Import, Stop};

/// The size of a WebAssembly page.
const PAGE: u64 = 64 << 10;
/// The least growth of the heap, so that a growing program does not request each page.
const GROWTH: u64 = 1 << 20;
/// The end of a 32-bit memory; a 32-bit size cannot express the last page.
const MAX_HEAP: u64 = (4 << 30) - PAGE;
/// SIGINT.
const INTERRUPT_SIGNAL: i32 = 2;
/// SIGALRM.
const ALARM_SIGNAL: i32 = 14;

/// Defines the import `entry`, which the engine serves as `call`.
pub(in crate::engine) fn define(
    linker: &mut Linker<InstanceState>,
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
            Box::new(async move { give(results, mmap::map(caller, arguments).await) })
        }),
        EngineCall::Munmap => linker.func_new_async(from, name, ty, |caller, arguments, results| {
            Box::new(async move { give(results, mmap::unmap_range(caller, arguments).await) })
        }),
        EngineCall::Mremap => linker.func_new_async(from, name, ty, |caller, arguments, results| {
            Box::new(async move { give(results, mmap::remap(caller, arguments).await) })
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
        EngineCall::FfiPrepClosure => linker.func_wrap(
            from,
            name,
            |caller: Caller<'_, InstanceState>, closure, cif, callback, user_data, slot| {
                ffi::prepare(caller, (closure, cif, callback, user_data, slot))
            },
        ),
        EngineCall::DlopenAsync => linker.func_new(from, name, ty, move |_, _, _| {
            let reason = "libraries are loaded at once, by `dlopen`";
            Err(wasmtime::Error::new(Stop::Unsupported { import: entry.name, reason }))
        }),
    }?;
    Ok(())
}

/// Passes the result of a call on.
fn give(results: &mut [Val], result: Result<i32>) -> Result<()> {
    results.fill(Val::I32(result?));
    Ok(())
}

fn links(caller: &Caller<'_, InstanceState>) -> Result<Links> {
    caller.data().links()
}

/// Grows the memory to at least `bytes`; returns 1, or 0 when the limit does not allow it.
fn resize_heap(mut caller: Caller<'_, InstanceState>, bytes: u32) -> Result<i32> {
    let memory = links(&caller)?.memory;
    let present = memory.size(&caller) * PAGE;
    let wanted = u64::from(bytes).next_multiple_of(PAGE);
    if wanted <= present {
        return Ok(1);
    }
    // Generously if the limit allows it, else exactly.
    for size in [wanted.max(present + GROWTH), wanted] {
        let pages = (size - present) / PAGE;
        if size <= MAX_HEAP && memory.grow(&mut caller, pages).is_ok() {
            return Ok(1);
        }
    }
    caller.data_mut().run.limiter.denied = true;
    Ok(0)
}

/// Returns the memory limit.
fn heap_max(caller: Caller<'_, InstanceState>) -> u32 {
    u32::try_from(caller.data().run.limiter.memory().min(MAX_HEAP)).unwrap_or(u32::MAX)
}

/// Returns the signal to raise: the interrupt, if the run is being stopped.
fn check_signals(mut caller: Caller<'_, InstanceState>) -> Result<i32> {
    let word = links(&caller)?.signal_word;
    let reason = caller.data().run.interrupt.reason();
    view(&mut caller)?.1.write_u32(word, 0).map_err(|errno| format_err!("signal word: {errno}"))?;
    Ok(match reason {
        Some(Reason::Timeout | Reason::Cancelled | Reason::Ended) => INTERRUPT_SIGNAL,
        None if caller.data().run.interrupt.take_keys() => INTERRUPT_SIGNAL,
        None if caller.data().run.interrupt.take_alarm() => ALARM_SIGNAL,
        None => 0,
    })
}
