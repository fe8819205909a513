//! What a guest's store holds on the host's side.

use std::sync::Arc;

use wasmtime::{Global, Instance, Linker, Memory, Table};
use wasmtime_wasi::p1::WasiP1Ctx;

use super::{
    dl::Loader,
    ffi::Closures,
    guest::GuestOptions,
    interruption::{Interrupt, InterruptibleSleep},
    limiter::Limiter,
    machine::Machine,
    snapshot::Snapshot,
    wasi,
};
use crate::{
    syscall::{Process, Sleeper},
    vfs::{Layer, Vfs, VfsLimits},
};

/// The host's side of one guest.
pub(super) struct State {
    pub(super) machine: Arc<Machine>,
    /// The host's functions.
    pub(super) linker: Arc<Linker<Self>>,
    /// What the guest goes on from; none for one that boots.
    pub(super) snapshot: Option<Arc<Snapshot>>,
    pub(super) process: Process,
    /// The environment at start.
    pub(super) env: Vec<(String, String)>,
    /// Made when it is first needed: many programs never ask for it.
    pub(super) wasi: Option<WasiP1Ctx>,
    pub(super) limiter: Limiter,
    pub(super) interrupt: Arc<Interrupt>,
    /// Known once the guest is instantiated.
    pub(super) guest: Option<Links>,
    /// The table slot of the driver's trampoline, in a guest that booted here.
    pub(super) trampoline: Option<u32>,
    /// The shared libraries, once there are any.
    pub(super) loader: Option<Box<Loader>>,
    /// Functions in table slots that call back into libffi.
    pub(super) closures: Closures,
    /// How many calls from host functions into the guest lie in each other.
    pub(super) depth: usize,
    /// Whether libraries may be loaded that the guest's code brought or made.
    pub(super) untrusted_libraries: bool,
    /// An address near the top of the stack that the guest runs on.
    pub(super) stack: u64,
    /// What the driver fills in next.
    pub(super) request: Vec<u8>,
    /// What the driver took last.
    pub(super) response: Vec<u8>,
}

impl State {
    /// What a guest starts with.
    pub(super) fn new(
        machine: &Arc<Machine>,
        linker: Arc<Linker<Self>>,
        snapshot: Option<Arc<Snapshot>>,
        options: GuestOptions,
    ) -> Self {
        let interrupt = Arc::new(Interrupt::default());
        let mut process = options.process;
        if options.real_sleep {
            process.sleeper = Arc::new(InterruptibleSleep(Arc::clone(&interrupt))) as Arc<dyn Sleeper>;
        }
        Self {
            machine: Arc::clone(machine),
            linker,
            snapshot,
            process,
            env: options.env,
            wasi: None,
            limiter: Limiter::new(options.memory),
            interrupt,
            guest: None,
            trampoline: None,
            loader: None,
            closures: Closures::default(),
            depth: 0,
            untrusted_libraries: options.untrusted_libraries,
            stack: 0,
            request: Vec::new(),
            response: Vec::new(),
        }
    }

    /// Let go of everything that belongs to a run.
    pub(super) fn rest(&mut self) {
        self.interrupt.detach();
        self.snapshot = None;
        self.process = Process::new(Vfs::new(Layer::empty(), VfsLimits::default()));
        self.wasi = None;
        self.request = Vec::new();
        self.response = Vec::new();
    }

    /// The parts of WASI that are not this library's own.
    pub(super) fn wasi(&mut self) -> &mut WasiP1Ctx {
        let (process, env) = (&self.process, &self.env);
        self.wasi.get_or_insert_with(|| wasi::context(process, env))
    }
}

/// The parts of the guest that host functions need.
#[derive(Clone, Copy)]
pub(super) struct Links {
    pub(super) python: Instance,
    pub(super) memory: Memory,
    /// The memory that other threads stop the guest with.
    pub(super) safepoint: Memory,
    pub(super) table: Table,
    /// The top of the stack that C code keeps in the memory.
    pub(super) stack_pointer: Global,
    /// The address of the word that makes the interpreter look for signals.
    pub(super) signal_word: u32,
}
