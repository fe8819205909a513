//! [`Instance`]: an instance, with the state of its memory.

use std::ops::Range;

use wasmtime::{Global, TypedFunc};

use super::state::Links;
use crate::{engine::stop::safepoint::GuardedStore, sys::dirty_pages};

/// An instance, with its exports in use.
pub(in crate::engine) struct Instance {
    pub(in crate::engine) store: GuardedStore,
    pub(in crate::engine) links: Links,
    pub(in crate::engine) invoke: TypedFunc<(u32, u32), u32>,
    /// The mutable globals, in an instance of a snapshot.
    pub(in crate::engine) globals: Vec<Global>,
    /// The number of programs that have run in the instance.
    pub(in crate::engine) runs: u32,
    /// The total of bytes that were copied to restore the instance.
    pub(in crate::engine) copied: u64,
    /// The parts of the memory that differ from the snapshot, if the list is still complete.
    pub(in crate::engine) written: Option<Vec<Range<usize>>>,
    /// Whether only page faults can add parts to the list, and never the kernel unprompted.
    pub(in crate::engine) by_faults: bool,
}

impl Instance {
    /// Runs `work`, which may write to the memory.
    pub(in crate::engine) fn writing<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        let before = dirty_pages::faults();
        let done = work(self);
        if before.is_none() || dirty_pages::faults() != before {
            self.written = None;
        }
        done
    }
}
