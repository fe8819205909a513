//! The engines' configuration. One engine runs all guests of the process, another runs guests whose code was compiled
//! with inlining, and some engines only compile.

use std::{
    cell::Cell,
    sync::{
        OnceLock,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    thread,
};

use wasmtime::{
    Collector, Config, Enabled, Engine, Inlining, InstanceAllocationStrategy, OptLevel, PoolingAllocationConfig,
    RegallocAlgorithm,
};

use super::functions;
use crate::{Error, Result, engine::live::limiter::MAX_TABLE_SLOTS, error::ErrorContext, sys::address_space};

/// The version of wasmtime that the workspace pins.
pub(crate) const VERSION: &str = "48.0.8";

/// The machine stack of guest code. CPython bounds its recursion by its own (shadow) stack; with a smaller machine
/// stack, that one would run out first, as a trap instead of a `RecursionError`.
pub(in crate::engine) const GUEST_STACK: usize = 128 << 20;
/// The additional stack of host functions, which run on the same stack. It is address space, not memory.
const HOST_STACK: usize = 8 << 20;

/// The guests for which there is room at a time. Each has separate address space, which is reserved when the engine starts.
pub(in crate::engine) const MAX_GUESTS: u32 = 1000;
/// The originals of snapshots, which are instances besides the guests.
const MAX_ORIGINALS: u32 = 24;
/// A guest's memories: its main memory, the safepoint page, and the engine's heap for exceptions.
const MEMORIES: u32 = 3;
/// The stacks of calls that are nested in others. The pool also has a stack for each guest, since a guest keeps the
/// stack of its first call. Each costs 2.4 microseconds when the process starts.
pub(in crate::engine) const MAX_NESTED_CALLS: u32 = 384;
/// The address space of a memory with its guards.
const RESERVATION: u64 = (4 << 30) + (64 << 20);
/// The limit of address space below which the engine's heap of a guest is small, and compiled code checks its bounds.
const LITTLE_SPACE: u64 = 16 << 30;
/// The largest memory of a guest; the limit of its sandbox is separate.
const MAX_MEMORY: usize = 4 << 30;
/// The largest snapshot that is mapped into the memory of guests, zeros between its pages included.
const MAX_IMAGE: u64 = 1 << 30;
/// Bytes of an async stack that stay resident for the next call.
const KEPT_STACK: usize = 64 << 10;

/// Returns the engine of all guests of this process whose code was compiled in this way. An engine has one setting for
/// all code, and reserves address space for guests, so there are only these two.
pub(in crate::engine) fn engine(inlining: bool) -> Result<&'static Engine> {
    note_process();
    check_process()?;
    let engine = ENGINES[usize::from(inlining)].get_or_init(|| {
        let mut config = config(inlining)?;
        if has_little_space() {
            return Engine::new(&config);
        }
        let pooled = Engine::new(config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool())));
        pooled.or_else(|error| {
            // A limited address space (`ulimit -v`) has no room for the reservation.
            tracing::warn!(%error, "guests start slower: no address space can be reserved for them");
            Engine::new(config.allocation_strategy(InstanceAllocationStrategy::OnDemand))
        })
    });
    engine.as_ref().map_err(|reason| Error::engine(format!("{reason:#}")))
}

/// Whether the process may have so little address space that a guest must do with less.
fn has_little_space() -> bool {
    static HAS_LITTLE: OnceLock<bool> = OnceLock::new();
    *HAS_LITTLE.get_or_init(|| address_space::limit().is_some_and(|limit| limit < LITTLE_SPACE))
}

/// Returns the address space of one guest that is not of the pool: its memories and a stack.
pub(in crate::engine) fn guest_space() -> u64 {
    let memories = if has_little_space() { MEMORIES - 1 } else { MEMORIES };
    u64::from(memories) * RESERVATION + (GUEST_STACK + HOST_STACK) as u64
}

/// The engine without inlining, and the engine with it.
static ENGINES: [OnceLock<wasmtime::Result<Engine>>; 2] = [const { OnceLock::new() }; 2];

/// Runs `work` while the engine for code without inlining starts, which takes milliseconds to reserve address space.
pub(crate) fn while_starting<T>(work: impl FnOnce() -> T) -> T {
    static IS_STARTED: AtomicBool = AtomicBool::new(false);
    if IS_STARTED.swap(true, Ordering::Relaxed) {
        return work();
    }
    note_process();
    thread::scope(|scope| {
        // A failure here occurs again where the engine is needed.
        let starter = thread::Builder::new().name("terrarium-start".to_owned());
        let _ = starter.spawn_scoped(scope, || engine(false).is_ok());
        work()
    })
}

/// The process that started an engine; 0, if there is none.
static STARTED_BY: AtomicU32 = AtomicU32::new(0);

/// Records the process that starts an engine, before anything is created or locked, so that a child always sees it.
fn note_process() {
    let _ = STARTED_BY.compare_exchange(0, std::process::id(), Ordering::Relaxed, Ordering::Relaxed);
}

/// Checks that the engine can be used in this process. After a fork it cannot: its threads are missing, and their locks
/// stay locked. Call it before any lock is taken.
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

/// The kind of machine code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct CodeKind {
    /// Whether functions are inlined into their callers.
    pub(crate) inline: bool,
    /// Whether the code runs on every common processor of this architecture, not only on processors like this one.
    pub(crate) portable: bool,
}

/// Returns the engine that compiles such code. The code runs in [`engine`], for whichever processor it is.
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

/// Returns a separate engine like `engine` if `engine` inlines, to compile one module and then to be dropped: see
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

/// Does `work`, and compiles all that it needs in this thread.
pub(crate) fn in_background<T>(work: impl FnOnce() -> T) -> T {
    let before = IS_BACKGROUND.replace(true);
    let done = work();
    IS_BACKGROUND.set(before);
    done
}

/// Whether this thread works in the background.
pub(crate) fn is_background() -> bool {
    IS_BACKGROUND.get()
}

thread_local! {
    static IS_BACKGROUND: Cell<bool> = const { Cell::new(false) };
}

/// Returns an engine that compiles like `engine` without threads, if there are no threads for the compiler, or this
/// thread works in the background, and `engine` would use threads.
///
/// # Errors
/// [`Error::Engine`].
pub(in crate::engine) fn without_threads(engine: &Engine) -> Result<Option<Engine>> {
    if (has_threads() && !is_background()) || !Engine::same(engine, self::engine(false)?) {
        return Ok(None);
    }
    make_compiler(CodeKind::default()).map(Some).or_engine("")
}

/// Whether the threads that the compiler shares have started. The compiler itself would panic without them.
fn has_threads() -> bool {
    static HAS_THREADS: OnceLock<bool> = OnceLock::new();
    *HAS_THREADS.get_or_init(|| match rayon::ThreadPoolBuilder::new().build_global() {
        Ok(()) => true,
        Err(error) => match std::error::Error::source(&error) {
            Some(reason) => {
                tracing::warn!(%reason, "code is compiled without threads");
                false
            }
            // They were started before.
            None => true,
        },
    })
}

/// Returns the engine that compiles in the least time. Its code runs in the engine without inlining.
///
/// # Errors
/// [`Error::Engine`].
pub(in crate::engine) fn quick() -> Result<&'static Engine> {
    static QUICK: OnceLock<wasmtime::Result<Engine>> = OnceLock::new();
    check_process()?;
    let made = QUICK.get_or_init(|| {
        let mut config = base(false);
        config
            // Small modules: guests and the thread that compiles in advance do not wait for each other.
            .parallel_compilation(false)
            .cranelift_opt_level(OptLevel::None)
            .cranelift_regalloc_algorithm(RegallocAlgorithm::SinglePass);
        Engine::new(&config)
    });
    made.as_ref().map_err(|reason| Error::engine(format!("{reason:#}")))
}

fn make_compiler(kind: CodeKind) -> wasmtime::Result<Engine> {
    let mut config = config(kind.inline)?;
    config.parallel_compilation(has_threads() && !is_background());
    if !kind.portable {
        return Engine::new(&config);
    }
    // With an explicit target, the compiler does not detect the processor.
    config.target(TARGET)?;
    for feature in FEATURES {
        #[expect(unsafe_code, reason = "the engine marks all its compiler's settings so")]
        // SAFETY: the setting adds instructions to those that compiled code may use. The engine refuses to load code
        // for instructions that the processor lacks.
        unsafe {
            config.cranelift_flag_enable(feature);
        }
    }
    Engine::new(&config)
}

/// The target of portable code, and the features of the processor that it may use.
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

/// Returns the configuration of the pool of guests: slots that are reused, with their mappings.
fn pool() -> PoolingAllocationConfig {
    const INSTANCES: u32 = MAX_GUESTS + MAX_ORIGINALS;
    let mut pool = PoolingAllocationConfig::default();
    pool.total_memories(INSTANCES * MEMORIES)
        .total_gc_heaps(INSTANCES)
        .total_tables(INSTANCES * MEMORIES)
        .total_stacks(INSTANCES + MAX_NESTED_CALLS)
        // Instances of libraries that are loaded at run time count too, but take no slot.
        .total_core_instances(u32::MAX)
        .max_core_instance_size(64 << 20)
        // The interpreter's module has its main memory and the safepoint page, and in training the counters.
        .max_memories_per_module(3)
        .max_tables_per_module(3)
        .table_elements(MAX_TABLE_SLOTS)
        .max_memory_size(MAX_MEMORY)
        // This library has its own rules for reuse: a dropped instance returns its memory.
        .linear_memory_keep_resident(0)
        .table_keep_resident(0)
        .async_stack_keep_resident(KEPT_STACK)
        .pagemap_scan(Enabled::No);
    pool
}

fn config(inlining: bool) -> wasmtime::Result<Config> {
    let mut config = base(inlining);
    config.enable_incremental_compilation(functions::shared())?;
    Ok(config)
}

/// Returns the settings of all engines.
fn base(inlining: bool) -> Config {
    let mut config = Config::new();
    config
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
        // Otherwise the stack of a deep recursion would stay in memory.
        .async_stack_zeroing(true)
        .memory_init_cow(true)
        .memory_guaranteed_dense_image_size(MAX_IMAGE)
        // For native debuggers and for offsets in backtraces; without them code is smaller and opens faster.
        .native_unwind_info(false)
        .generate_address_map(false)
        // A guest's backtrace is never shown, and the backtrace of a deep stack takes long.
        .wasm_backtrace_max_frames(None);
    if has_little_space() {
        config.gc_heap_reservation(1 << 20).gc_heap_guard_size(64 << 10).gc_heap_reservation_for_growth(16 << 20);
    }
    config
}
