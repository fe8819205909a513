//! Snapshots: a booted interpreter as one module that needs no loading.
//!
//! [`TakenSnapshot`] is the snapshot of a live guest: a module written from all that the guest has loaded, whose memory and
//! globals start with what they hold now, and beside it what the host knows of the guest. [`Snapshot`] is one that was
//! compiled and opened; any number of guests go on from it.

mod idle;
mod opened;
mod plug;
mod pristine;
mod record;
mod take;

pub(crate) use opened::Snapshot;
pub(crate) use record::{SnapshotRecord, Span};
pub(crate) use take::TakenSnapshot;
