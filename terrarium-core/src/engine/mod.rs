//! Running the guest: the only folder that knows wasmtime.
//!
//! [`Machine`] is what all guests share (the compiled interpreter and its bound imports), [`Guest`] one live
//! interpreter. Everything the guest does ends as an [`End`]; nothing in here panics on its account.

mod block_on;
mod cache;
mod calls;
mod compile;
mod compiler_memory;
mod config;
mod dirty;
mod dl;
mod driver;
mod fault_around;
mod ffi;
mod functions;
mod guest;
mod imports;
mod interruption;
mod libraries;
mod limiter;
mod machine;
mod mapping;
mod running;
mod safepoint;
mod snapshot;
mod state;
mod trap;
mod wasi;

pub(crate) use cache::{Cache, default_cache_dir, untrusted, write_private};
pub(crate) use compile::compatibility;
pub(crate) use compiler_memory::give_back;
pub(crate) use config::{CodeKind, VERSION, check_process, while_starting};
pub(crate) use dl::LoaderRecord;
pub(crate) use functions::{Build, ENDING as FUNCTIONS_ENDING, file_name as functions_file};
pub(crate) use guest::{Guest, GuestOptions, PyFunction};
pub(crate) use interruption::{CancelTarget, Interrupt, Reason, Word};
pub(crate) use machine::{Machine, Source};
pub(crate) use snapshot::{Snapshot, SnapshotRecord, Taken};
pub(crate) use trap::End;
