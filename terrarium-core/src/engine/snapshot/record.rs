//! The host's state of a guest that a snapshot keeps, besides the module.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::engine::ffi::ClosuresRecord;

/// The state that the host needs to resume a guest.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct SnapshotRecord {
    /// The address of the word that makes the interpreter check for signals.
    pub(in crate::engine) signal_word: u32,
    /// The lower end of the stack of C code.
    pub(in crate::engine) stack_end: u32,
    /// The Python functions that the host calls, by name.
    pub(in crate::engine) functions: BTreeMap<String, u32>,
    /// The places that get fresh random bytes in every guest.
    pub(in crate::engine) entropy: Vec<Span>,
    pub(in crate::engine) closures: ClosuresRecord,
    /// The addresses of the C library's names of the local time zone.
    pub(in crate::engine) zone_names: [u32; 2],
    /// The size of the memory in bytes.
    pub(crate) memory: u64,
}

/// A range of a guest's memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Span {
    pub(crate) address: u32,
    pub(crate) length: u32,
}
