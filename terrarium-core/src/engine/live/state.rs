//! The host's side of a guest, in two parts: the state of its instance, and the state of its run.
//!
//! An instance serves one guest after the other, and its state stays. The state of a run is created for the guest and
//! dropped with it, so nothing that a run adds can reach the next.

use std::sync::Arc;

use wasmtime::{Global, Instance as WasmInstance, Linker, Memory, Result, Table, format_err};
use wasmtime_wasi::p1::WasiP1Ctx;

use super::{guest::GuestOptions, limiter::Limiter, machine::Machine};
use crate::engine::{
    bind::wasi,
    dl::Loader,
    ffi::Closures,
    snapshot::Snapshot,
    stop::interrupt::{Interrupt, InterruptibleSleep},
};
use terrarium_unix::{
    syscall::{Process, Sleeper},
    vfs::{Layer, Vfs, VfsLimits},
};

/// The host's side of one instance.
pub(in crate::engine) struct InstanceState {
    pub(in crate::engine) machine: Arc<Machine>,
    /// The host's functions.
    pub(in crate::engine) linker: Arc<Linker<Self>>,
    /// The parts of the instance that host functions need, once it is instantiated.
    pub(in crate::engine) links: Option<Links>,
    /// Functions in table slots that call back into libffi. They are put into the table when the instance is created;
    /// an instance whose run has changed them is not reused.
    pub(in crate::engine) closures: Closures,
    /// The run that the instance serves.
    pub(in crate::engine) run: RunState,
}

/// The host's side of one run of a guest: a program, or a session.
#[derive(Debug)]
pub(in crate::engine) struct RunState {
    /// The snapshot that the guest started from; `None` for a guest that boots.
    pub(in crate::engine) snapshot: Option<Arc<Snapshot>>,
    pub(in crate::engine) process: Process,
    /// The environment at the start.
    env: Vec<(String, String)>,
    /// Created at the first use: many programs never need it.
    wasi: Option<Wasi>,
    pub(in crate::engine) limiter: Limiter,
    pub(in crate::engine) interrupt: Arc<Interrupt>,
    /// The table slots of the driver's functions, and their indices, in a guest that booted here.
    pub(in crate::engine) driver_slots: Vec<(u32, u32)>,
    /// The shared libraries, once there are any.
    pub(in crate::engine) loader: Option<Box<Loader>>,
    /// The number of calls from host functions into the guest that are nested at the moment.
    pub(in crate::engine) depth: u32,
    /// Whether the guest may load libraries that its code brought or created.
    pub(in crate::engine) untrusted_libraries: bool,
    /// Whether libraries are compiled as they are called, where they are not in the cache folder.
    pub(in crate::engine) lazy: bool,
    /// An address near the top of the guest's stack: the address of a local variable of the host function that the
    /// driver calls first. It is compared and never dereferenced.
    pub(in crate::engine) stack: u64,
    /// The bytes that the driver fills in next.
    pub(in crate::engine) request: Vec<u8>,
    /// The bytes that the driver took last.
    pub(in crate::engine) response: Vec<u8>,
    /// The largest response that the host takes.
    pub(in crate::engine) response_bytes: u64,
}

impl InstanceState {
    /// Creates the state of a new instance.
    pub(in crate::engine) fn new(machine: &Arc<Machine>, linker: Arc<Linker<Self>>, run: RunState) -> Self {
        Self { machine: Arc::clone(machine), linker, links: None, closures: Closures::default(), run }
    }

    /// Returns the parts of the instance.
    ///
    /// # Errors
    /// When it is not instantiated yet: a start function of its module may call imports before.
    pub(in crate::engine) fn links(&self) -> Result<Links> {
        self.links.ok_or_else(|| format_err!("the guest is not instantiated yet"))
    }

    /// Sets the parts of the instance.
    pub(in crate::engine) fn set_links(&mut self, links: Links) {
        self.links = Some(links);
    }

    /// Ends the run: everything that belongs to it is dropped.
    pub(in crate::engine) fn end_run(&mut self) {
        self.run.interrupt.detach();
        self.run = RunState::none();
    }

    /// Returns the parts of WASI that the engine's own crate serves.
    pub(in crate::engine) fn wasi(&mut self) -> &mut WasiP1Ctx {
        let run = &mut self.run;
        &mut run.wasi.get_or_insert_with(|| Wasi(wasi::context(&run.process, &run.env))).0
    }
}

impl RunState {
    /// Creates the state at the start of a run.
    pub(in crate::engine) fn new(snapshot: Option<Arc<Snapshot>>, options: GuestOptions) -> Self {
        let interrupt = Arc::new(Interrupt::default());
        let mut process = options.process;
        if let Some(snapshot) = &snapshot {
            process.set_zone_names(snapshot.zone_names());
        }
        if options.real_sleep {
            process.sleeper = Arc::new(InterruptibleSleep(Arc::clone(&interrupt))) as Arc<dyn Sleeper>;
        }
        Self {
            snapshot,
            process,
            env: options.env,
            wasi: None,
            limiter: Limiter::new(options.memory),
            interrupt,
            driver_slots: Vec::new(),
            loader: None,
            depth: 0,
            untrusted_libraries: options.untrusted_libraries,
            lazy: options.lazy,
            stack: 0,
            request: Vec::new(),
            response: Vec::new(),
            response_bytes: 0,
        }
    }

    /// Returns the state of an instance that serves no run.
    pub(in crate::engine) fn none() -> Self {
        let process = Process::new(Vfs::new(Layer::empty(), VfsLimits::default()));
        let nothing = GuestOptions {
            process,
            env: Vec::new(),
            memory: 0,
            untrusted_libraries: false,
            lazy: false,
            real_sleep: false,
        };
        Self::new(None, nothing)
    }

    /// Whether the instance can serve another run after this one.
    pub(in crate::engine) fn is_recyclable(&self) -> bool {
        self.loader.is_none() && self.depth == 0 && self.interrupt.forced().is_none()
    }
}

/// The engine's own WASI context, whose content is left out of debug output.
struct Wasi(WasiP1Ctx);

impl std::fmt::Debug for Wasi {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Wasi")
    }
}

/// The parts of an instance that host functions need.
#[derive(Clone, Copy)]
pub(in crate::engine) struct Links {
    pub(in crate::engine) python: WasmInstance,
    pub(in crate::engine) memory: Memory,
    /// The memory through which other threads stop the guest.
    pub(in crate::engine) safepoint: Memory,
    pub(in crate::engine) table: Table,
    /// The top of the stack of C code in the memory.
    pub(in crate::engine) stack_pointer: Global,
    /// The address of the word that makes the interpreter check for signals.
    pub(in crate::engine) signal_word: u32,
    /// The lower end of the stack of C code in the memory.
    pub(in crate::engine) stack_end: u32,
}
