//! What a guest's store holds on the host's side.

use std::sync::Arc;

use wasmtime::{Global, Instance, Linker, Memory, Table};
use wasmtime_wasi::p1::WasiP1Ctx;

use super::{
    dl::Loader, ffi::Closures, interruption::Interrupt, limiter::Limiter, machine::Machine, snapshot::Snapshot,
};
use crate::syscall::Process;

/// The host's side of one guest.
pub(super) struct State {
    pub(super) machine: Arc<Machine>,
    /// The host's functions.
    pub(super) linker: Arc<Linker<Self>>,
    /// What the guest goes on from; none for one that boots.
    pub(super) snapshot: Option<Arc<Snapshot>>,
    pub(super) process: Process,
    pub(super) wasi: WasiP1Ctx,
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
    /// What the driver fills in next.
    pub(super) request: Vec<u8>,
    /// What the driver took last.
    pub(super) response: Vec<u8>,
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
