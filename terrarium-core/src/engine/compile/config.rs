//! The engines' configuration: one runs all guests of the process, another those whose code was compiled with inlining,
//! and some only compile.

use std::{
    sync::{
        OnceLock,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    thread,
};

use wasmtime::{
    Collector, Config, Enabled, Engine, Inlining, InstanceAllocationStrategy, OptLevel, PoolingAllocationConfig,
};

use super::functions;
use crate::{Error, Result, engine::live::limiter::MAX_TABLE_SLOTS, error::ErrorContext};

/// The version of wasmtime: the one that the workspace pins.
pub(crate) const VERSION: &str = "48.0.8";

/// The machine stack that guest code may use. CPython bounds its recursion by its own (shadow) stack; with less than
/// this the machine stack would run out first, as a trap instead of a `RecursionError`.
pub(in crate::engine) const GUEST_STACK: usize = 128 << 20;
/// What host functions have below it; they are called on the same stack. It is address space, not memory.
const HOST_STACK: usize = 8 << 20;

/// How many guests may live at a time. Each has address space of its own, reserved when the process starts.
pub(in crate::engine) const MAX_GUESTS: u32 = 1000;
/// A guest's memories: its own, the safepoint page, and the engine's heap for exceptions.
const MEMORIES: u32 = 3;
/// How many calls into guests may go on at a time, those that lie in each other counted apart.
const MAX_CALLS: u32 = 768;
/// What a guest's memory can grow to; its limit is another matter.
const MAX_MEMORY: usize = 4 << 30;
/// The largest snapshot that is mapped into the memory of guests, zeros between its pages included.
const MAX_IMAGE: u64 = 1 << 30;
/// What of a stack is kept for the next call.
const KEPT_STACK: usize = 64 << 10;

/// The engine that all guests of this process share whose code was compiled in this way: an engine has one setting for
/// all code, and makes room for guests, so there are no more than these two.
pub(in crate::engine) fn engine(inlining: bool) -> Result<&'static Engine> {
    note_process();
    check_process()?;
    let engine = ENGINES[usize::from(inlining)].get_or_init(|| {
        let mut config = config(inlining)?;
        let pooled = Engine::new(config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool())));
        pooled.or_else(|error| {
            // Where the address space is limited (`ulimit -v`), there is none to reserve.
            tracing::warn!(%error, "guests start slower: no address space can be reserved for them");
            Engine::new(config.allocation_strategy(InstanceAllocationStrategy::OnDemand))
        })
    });
    engine.as_ref().map_err(|reason| Error::engine(format!("{reason:#}")))
}

/// Without inlining, and with it.
static ENGINES: [OnceLock<wasmtime::Result<Engine>>; 2] = [const { OnceLock::new() }; 2];

/// Do `work` while the engine for code without inlining is started, which takes milliseconds of reserving address space.
pub(crate) fn while_starting<T>(work: impl FnOnce() -> T) -> T {
    static IS_STARTED: AtomicBool = AtomicBool::new(false);
    if IS_STARTED.swap(true, Ordering::Relaxed) {
        return work();
    }
    note_process();
    thread::scope(|scope| {
        // What fails here fails again where the engine is asked for.
        let starter = thread::Builder::new().name("terrarium-start".to_owned());
        let _ = starter.spawn_scoped(scope, || engine(false).is_ok());
        work()
    })
}

/// The process that started an engine; 0, when none did.
static STARTED_BY: AtomicU32 = AtomicU32::new(0);

/// Note which process starts an engine: before anything is made or locked, so that a child always sees it.
fn note_process() {
    let _ = STARTED_BY.compare_exchange(0, std::process::id(), Ordering::Relaxed, Ordering::Relaxed);
}

/// Whether the engine can be used in this process. After a fork it cannot: its threads are not there, and what they had
/// locked stays locked. To be asked before anything is locked.
///
/// # Errors
/// [`Error::Forked`].
pub(crate) fn check_process() -> Result<()> {
    match STARTED_BY.load(Ordering::Relaxed) {
        0 => Ok(()),
        process if process == std::process::id() => Ok(()),
        _ => Err(Error::Forked),
    }
}

/// How machine code is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct CodeKind {
    /// Whether functions are compiled into those that call them.
    pub(crate) inline: bool,
    /// Whether it runs on every usual processor of this architecture, not only on ones like this.
    pub(crate) portable: bool,
}

/// The engine that makes such code. What it makes runs in [`engine`], whatever processor it is for.
pub(in crate::engine) fn compiler(kind: CodeKind) -> Result<&'static Engine> {
    let engine = match kind {
        CodeKind { inline: false, portable: false } => return engine(false),
        CodeKind { inline: false, portable: true } => &COMPILERS[0],
        CodeKind { inline: true, portable: false } => &COMPILERS[1],
        CodeKind { inline: true, portable: true } => &COMPILERS[2],
    };
    check_process()?;
    engine.get_or_init(|| make_compiler(kind)).as_ref().map_err(|reason| Error::engine(format!("{reason:#}")))
}

/// Engines that only compile: see [`compiler`].
static COMPILERS: [OnceLock<wasmtime::Result<Engine>>; 3] = [const { OnceLock::new() }; 3];

/// An engine like `engine`, to compile one module and to be dropped, if `engine` inlines: see
/// [`memory`](crate::engine::compile::memory).
///
/// # Errors
/// [`Error::Engine`].
pub(in crate::engine) fn for_one_module(engine: &Engine) -> Result<Option<Engine>> {
    let is = |other: &OnceLock<wasmtime::Result<Engine>>| {
        other.get().and_then(|other| other.as_ref().ok()).is_some_and(|other| Engine::same(other, engine))
    };
    let portable = if is(&ENGINES[1]) || is(&COMPILERS[1]) {
        false
    } else if is(&COMPILERS[2]) {
        true
    } else {
        return Ok(None);
    };
    let made = make_compiler(CodeKind { inline: true, portable });
    made.map(Some).or_engine("")
}

fn make_compiler(kind: CodeKind) -> wasmtime::Result<Engine> {
    let mut config = config(kind.inline)?;
    if !kind.portable {
        return Engine::new(&config);
    }
    // With a target that is named, nothing is asked of the processor at hand.
    config.target(TARGET)?;
    for feature in FEATURES {
        #[expect(unsafe_code, reason = "the engine marks all its compiler's settings so")]
        // SAFETY: the setting adds instructions to those that compiled code may use. The engine refuses to load code for
        // instructions that the processor lacks.
        unsafe {
            config.cranelift_flag_enable(feature);
        }
    }
    Engine::new(&config)
}

/// What portable code is for, and what it may use of the processor.
#[cfg(target_arch = "x86_64")]
const FEATURES: &[&str] = &["x86-64-v2"];
#[cfg(not(target_arch = "x86_64"))]
const FEATURES: &[&str] = &[];
const TARGET: &str = if cfg!(all(target_arch = "x86_64", target_os = "linux")) {
    "x86_64-unknown-linux-gnu"
} else if cfg!(all(target_arch = "aarch64", target_os = "linux")) {
    "aarch64-unknown-linux-gnu"
} else if cfg!(all(target_arch = "x86_64", target_os = "macos")) {
    "x86_64-apple-darwin"
} else {
    "aarch64-apple-darwin"
};

/// Where guests live: places that are used again, with what is mapped there.
fn pool() -> PoolingAllocationConfig {
    let mut pool = PoolingAllocationConfig::default();
    pool.total_memories(MAX_GUESTS * MEMORIES)
        .total_gc_heaps(MAX_GUESTS)
        .total_tables(MAX_GUESTS * MEMORIES)
        .total_stacks(MAX_CALLS)
        // Those of libraries that are loaded at run time count too, but take no place.
        .total_core_instances(u32::MAX)
        .max_core_instance_size(64 << 20)
        // The interpreter's has its own and the safepoint page, and in training that of the counters.
        .max_memories_per_module(3)
        .max_tables_per_module(3)
        .table_elements(MAX_TABLE_SLOTS)
        .max_memory_size(MAX_MEMORY)
        // Instances are used again by this library's own rules: those that are dropped give their memory back.
        .linear_memory_keep_resident(0)
        .table_keep_resident(0)
        .async_stack_keep_resident(KEPT_STACK)
        .pagemap_scan(Enabled::No);
    pool
}

fn config(inlining: bool) -> wasmtime::Result<Config> {
    let mut config = Config::new();
    config
        .enable_incremental_compilation(functions::shared())?
        .compiler_inlining(if inlining { Inlining::Yes } else { Inlining::No })
        .cranelift_opt_level(OptLevel::Speed)
        .wasm_exceptions(true)
        // The dispatch of C functions with a wrong arity tests a function's type.
        .wasm_function_references(true)
        .wasm_gc(true)
        // Exceptions are collected objects.
        .collector(Collector::DeferredReferenceCounting)
        .max_wasm_stack(GUEST_STACK)
        .async_stack_size(GUEST_STACK + HOST_STACK)
        // A deep recursion would leave its stack in memory for ever.
        .async_stack_zeroing(true)
        .memory_init_cow(true)
        .memory_guaranteed_dense_image_size(MAX_IMAGE)
        // For native debuggers and for offsets in backtraces; without them code is smaller and opens faster.
        .native_unwind_info(false)
        .generate_address_map(false)
        // Nothing shows a guest's backtrace to anybody, and collecting one of a deep stack takes long.
        .wasm_backtrace_max_frames(None);
    Ok(config)
}
