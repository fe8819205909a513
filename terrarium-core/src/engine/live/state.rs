//! What a guest's store holds on the host's side.

use std::sync::Arc;

use wasmtime::{Global, Instance, Linker, Memory, Table};
use wasmtime_wasi::p1::WasiP1Ctx;

use super::{guest::GuestOptions, limiter::Limiter, machine::Machine};
use crate::{
    engine::{
        bind::wasi,
        dl::Loader,
        ffi::Closures,
        snapshot::Snapshot,
        stop::interrupt::{Interrupt, InterruptibleSleep},
    },
    syscall::{Process, Sleeper},
    vfs::{Layer, Vfs, VfsLimits},
};

/// The host's side of one guest.
pub(in crate::engine) struct State {
    pub(in crate::engine) machine: Arc<Machine>,
    /// The host's functions.
    pub(in crate::engine) linker: Arc<Linker<Self>>,
    /// What the guest goes on from; none for one that boots.
    pub(in crate::engine) snapshot: Option<Arc<Snapshot>>,
    pub(in crate::engine) process: Process,
    /// The environment at start.
    pub(in crate::engine) env: Vec<(String, String)>,
    /// Made when it is first needed: many programs never ask for it.
    pub(in crate::engine) wasi: Option<WasiP1Ctx>,
    pub(in crate::engine) limiter: Limiter,
    pub(in crate::engine) interrupt: Arc<Interrupt>,
    /// Known once the guest is instantiated.
    pub(in crate::engine) guest: Option<Links>,
    /// The table slot of the driver's trampoline, in a guest that booted here.
    pub(in crate::engine) trampoline: Option<u32>,
    /// The shared libraries, once there are any.
    pub(in crate::engine) loader: Option<Box<Loader>>,
    /// Functions in table slots that call back into libffi.
    pub(in crate::engine) closures: Closures,
    /// How many calls from host functions into the guest lie in each other.
    pub(in crate::engine) depth: usize,
    /// Whether libraries may be loaded that the guest's code brought or made.
    pub(in crate::engine) untrusted_libraries: bool,
    /// An address near the top of the stack that the guest runs on.
    pub(in crate::engine) stack: u64,
    /// What the driver fills in next.
    pub(in crate::engine) request: Vec<u8>,
    /// What the driver took last.
    pub(in crate::engine) response: Vec<u8>,
}

impl State {
    /// What a guest starts with.
    pub(in crate::engine) fn new(
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
    pub(in crate::engine) fn rest(&mut self) {
        self.interrupt.detach();
        self.snapshot = None;
        self.process = Process::new(Vfs::new(Layer::empty(), VfsLimits::default()));
        self.wasi = None;
        self.request = Vec::new();
        self.response = Vec::new();
    }

    /// The parts of WASI that are not this library's own.
    pub(in crate::engine) fn wasi(&mut self) -> &mut WasiP1Ctx {
        let (process, env) = (&self.process, &self.env);
        self.wasi.get_or_insert_with(|| wasi::context(process, env))
    }
}

/// The parts of the guest that host functions need.
#[derive(Clone, Copy)]
pub(in crate::engine) struct Links {
    pub(in crate::engine) python: Instance,
    pub(in crate::engine) memory: Memory,
    /// The memory that other threads stop the guest with.
    pub(in crate::engine) safepoint: Memory,
    pub(in crate::engine) table: Table,
    /// The top of the stack that C code keeps in the memory.
    pub(in crate::engine) stack_pointer: Global,
    /// The address of the word that makes the interpreter look for signals.
    pub(in crate::engine) signal_word: u32,
}
