//! The execution of the guest: the only module that uses wasmtime.
//!
//! [`Machine`] is the part that all guests share (the compiled interpreter and its bound imports), [`GuestInstance`]
//! one live interpreter. Every effect of the guest ends as an [`End`]; no action of the guest makes this module panic.

mod bind;
mod compile;
mod dl;
mod ffi;
mod live;
mod snapshot;
mod stop;

pub(crate) use compile::{
    compiled::compatibility,
    config::{CodeKind, VERSION, check_process, in_background, is_background, while_starting},
    functions::{Build, ENDING as FUNCTIONS_ENDING, file_name as functions_file},
};
pub(crate) use dl::LoaderRecord;
pub(crate) use live::{
    end::End,
    guest::{GuestInstance, GuestOptions, PyFunction},
    machine::{InterpreterSource, Machine},
};
pub(crate) use snapshot::{LayerRecord, Snapshot, SnapshotLayer, SnapshotRecord, Span, TakenLayer, TakenSnapshot};
pub(crate) use stop::interrupt::{CancelTarget, Interrupt, Phase, Reason, Waited};
