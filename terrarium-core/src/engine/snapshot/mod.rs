//! Snapshots: a booted interpreter as one module that needs no loading.
//!
//! [`TakenSnapshot`] is the snapshot of a live guest. It has a module of all code that the guest has loaded, whose
//! memory and globals start with their present content, and a record of the host's state of the guest. [`Snapshot`] is
//! a compiled and opened snapshot, which any number of guests resume. A [`SnapshotLayer`] is a later state on a snapshot.

mod idle;
mod layer;
mod opened;
mod plug;
mod pristine;
mod record;
mod take;

pub(crate) use layer::{LayerRecord, SnapshotLayer, TakenLayer};
pub(crate) use opened::Snapshot;
pub(crate) use record::{SnapshotRecord, Span};
pub(crate) use take::TakenSnapshot;
