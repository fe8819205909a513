//! [`Instance`]: an instance, and what is known of its memory.

use std::ops::Range;

use wasmtime::{Global, TypedFunc};

use super::state::Links;
use crate::{engine::stop::safepoint::GuardedStore, sys::dirty_pages};

/// An instance, with what is used of it.
pub(in crate::engine) struct Instance {
    pub(in crate::engine) store: GuardedStore,
    pub(in crate::engine) links: Links,
    pub(in crate::engine) invoke: TypedFunc<(u32, u32), u32>,
    /// All that can change, in an instance of a snapshot.
    pub(in crate::engine) globals: Vec<Global>,
    /// How many programs have run in it.
    pub(in crate::engine) runs: u32,
    /// How many bytes were copied to put it back, in all.
    pub(in crate::engine) copied: u64,
    /// The parts of the memory that are not the snapshot's own pages, if nothing was added since they were listed.
    pub(in crate::engine) written: Option<Vec<Range<usize>>>,
    /// Whether pages are added to these by page faults only, and never by the kernel on its own account.
    pub(in crate::engine) by_faults: bool,
}

impl Instance {
    /// Do what may write to the memory.
    pub(in crate::engine) fn writing<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        let before = dirty_pages::faults();
        let done = work(self);
        if before.is_none() || dirty_pages::faults() != before {
            self.written = None;
        }
        done
    }
}
