//! The host's side of a guest, in two parts: that of its instance, and that of its run.
//!
//! An instance serves one guest after the other. Its own part stays while it does; the part of a run is made for the
//! guest and dropped with it, so nothing that a run adds can reach the next.

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
    /// The parts of the instance that host functions need, once it is there.
    pub(in crate::engine) links: Option<Links>,
    /// Functions in table slots that call back into libffi. They are put into the table when the instance is made; an
    /// instance whose run has changed them serves no other.
    pub(in crate::engine) closures: Closures,
    /// The run that the instance serves.
    pub(in crate::engine) run: RunState,
}

/// The host's side of one run of a guest: a program, or a session.
#[derive(Debug)]
pub(in crate::engine) struct RunState {
    /// The snapshot that the guest started from; none for one that boots.
    pub(in crate::engine) snapshot: Option<Arc<Snapshot>>,
    pub(in crate::engine) process: Process,
    /// The environment at start.
    env: Vec<(String, String)>,
    /// Made when it is first needed: many programs never ask for it.
    wasi: Option<Wasi>,
    pub(in crate::engine) limiter: Limiter,
    pub(in crate::engine) interrupt: Arc<Interrupt>,
    /// The table slot of the driver's trampoline, in a guest that booted here.
    pub(in crate::engine) trampoline: Option<u32>,
    /// The shared libraries, once there are any.
    pub(in crate::engine) loader: Option<Box<Loader>>,
    /// The number of calls from host functions into the guest that are nested at the moment.
    pub(in crate::engine) depth: usize,
    /// Whether libraries may be loaded that the guest's code brought or made.
    pub(in crate::engine) untrusted_libraries: bool,
    /// An address near the top of the stack that the guest runs on: that of a local variable of the host function which
    /// the driver calls first. It is compared and never read through.
    pub(in crate::engine) stack: u64,
    /// The bytes that the driver fills in next.
    pub(in crate::engine) request: Vec<u8>,
    /// The bytes that the driver took last.
    pub(in crate::engine) response: Vec<u8>,
}

impl InstanceState {
    /// The state of an instance that is about to be made.
    pub(in crate::engine) fn new(machine: &Arc<Machine>, linker: Arc<Linker<Self>>, run: RunState) -> Self {
        Self { machine: Arc::clone(machine), linker, links: None, closures: Closures::default(), run }
    }

    /// The parts of the instance.
    ///
    /// # Errors
    /// When it is not instantiated yet: a start function of its module may call imports before.
    pub(in crate::engine) fn links(&self) -> Result<Links> {
        self.links.ok_or_else(|| format_err!("the guest is not instantiated yet"))
    }

    /// Notes the parts of the instance.
    pub(in crate::engine) fn set_links(&mut self, links: Links) {
        self.links = Some(links);
    }

    /// Ends the run: everything that belongs to it is dropped.
    pub(in crate::engine) fn end_run(&mut self) {
        self.run.interrupt.detach();
        self.run = RunState::none();
    }

    /// The parts of WASI that the engine's own crate serves.
    pub(in crate::engine) fn wasi(&mut self) -> &mut WasiP1Ctx {
        let run = &mut self.run;
        &mut run.wasi.get_or_insert_with(|| Wasi(wasi::context(&run.process, &run.env))).0
    }
}

impl RunState {
    /// The state that a run starts with.
    pub(in crate::engine) fn new(snapshot: Option<Arc<Snapshot>>, options: GuestOptions) -> Self {
        let interrupt = Arc::new(Interrupt::default());
        let mut process = options.process;
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
            trampoline: None,
            loader: None,
            depth: 0,
            untrusted_libraries: options.untrusted_libraries,
            stack: 0,
            request: Vec::new(),
            response: Vec::new(),
        }
    }

    /// The state of an instance that serves no run.
    pub(in crate::engine) fn none() -> Self {
        let process = Process::new(Vfs::new(Layer::empty(), VfsLimits::default()));
        let nothing =
            GuestOptions { process, env: Vec::new(), memory: 0, untrusted_libraries: false, real_sleep: false };
        Self::new(None, nothing)
    }

    /// Whether nothing happened in the run that its instance could not serve another one after.
    pub(in crate::engine) fn is_recyclable(&self) -> bool {
        self.loader.is_none() && self.depth == 0 && self.interrupt.forced().is_none()
    }
}

/// The engine's own WASI context, whose content is of no interest to anybody who reads a state.
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
    /// The memory that other threads stop the guest with.
    pub(in crate::engine) safepoint: Memory,
    pub(in crate::engine) table: Table,
    /// The top of the stack that C code keeps in the memory.
    pub(in crate::engine) stack_pointer: Global,
    /// The address of the word that makes the interpreter look for signals.
    pub(in crate::engine) signal_word: u32,
}
