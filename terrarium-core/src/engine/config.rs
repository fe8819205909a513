//! The engine's configuration: one engine for the whole process.

use std::sync::OnceLock;

use wasmtime::{Collector, Config, Engine, OptLevel};

use crate::{Error, Result};

/// The version of wasmtime: the one that the workspace pins.
pub(crate) const VERSION: &str = "48.0.8";

/// The machine stack that guest code may use. CPython bounds its recursion by its own (shadow) stack; with less than
/// this the machine stack would run out first, as a trap instead of a `RecursionError`.
const GUEST_STACK: usize = 128 << 20;
/// What host functions have below it; they are called on the same stack. It is address space, not memory.
const HOST_STACK: usize = 8 << 20;

/// The engine that all guests of this process share.
pub(super) fn engine() -> Result<&'static Engine> {
    static ENGINE: OnceLock<Result<Engine, String>> = OnceLock::new();
    let engine = ENGINE.get_or_init(|| Engine::new(&config()).map_err(|error| format!("{error:#}")));
    engine.as_ref().map_err(|reason| Error::Engine(reason.clone()))
}

fn config() -> Config {
    let mut config = Config::new();
    config
        .cranelift_opt_level(OptLevel::Speed)
        .wasm_exceptions(true)
        // The dispatch of C functions with a wrong arity tests a function's type.
        .wasm_function_references(true)
        .wasm_gc(true)
        // Exceptions are collected objects.
        .collector(Collector::DeferredReferenceCounting)
        .epoch_interruption(true)
        .max_wasm_stack(GUEST_STACK)
        .async_stack_size(GUEST_STACK + HOST_STACK)
        .memory_init_cow(true)
        // For native debuggers and for offsets in backtraces; without them code is smaller and opens faster.
        .native_unwind_info(false)
        .generate_address_map(false)
        // Nothing shows a guest's backtrace to anybody, and collecting one of a deep stack takes long.
        .wasm_backtrace_max_frames(None);
    config
}
