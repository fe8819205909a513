//! Running the guest: the only folder that knows wasmtime.
//!
//! [`Machine`] is what all guests share (the compiled interpreter and its bound imports), [`GuestInstance`] one live
//! interpreter. Everything the guest does ends as an [`End`]; nothing in here panics on its account.

mod bind;
mod compile;
mod dl;
mod ffi;
mod live;
mod snapshot;
mod stop;

pub(crate) use compile::{
    compiled::compatibility,
    config::{CodeKind, VERSION, check_process, while_starting},
    functions::{Build, ENDING as FUNCTIONS_ENDING, file_name as functions_file},
};
pub(crate) use dl::LoaderRecord;
pub(crate) use live::{
    end::End,
    guest::{GuestInstance, GuestOptions, PyFunction},
    machine::{Machine, Source},
};
pub(crate) use snapshot::{Snapshot, SnapshotRecord, TakenSnapshot};
pub(crate) use stop::interrupt::{CancelTarget, Interrupt, Phase, Reason};
