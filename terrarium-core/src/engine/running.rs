//! [`Running`]: an instance, and what is known of its memory.

use std::ops::Range;

use wasmtime::{Global, TypedFunc};

use super::{dirty, safepoint::GuardedStore, state::Links};

/// An instance, with what is used of it.
pub(super) struct Running {
    pub(super) store: GuardedStore,
    pub(super) links: Links,
    pub(super) invoke: TypedFunc<(u32, u32), u32>,
    /// All that can change, in an instance of a snapshot.
    pub(super) globals: Vec<Global>,
    /// How many programs have run in it.
    pub(super) runs: u32,
    /// How many bytes were copied to put it back, in all.
    pub(super) copied: u64,
    /// The parts of the memory that are not the snapshot's own pages, if nothing was added since they were listed.
    pub(super) written: Option<Vec<Range<usize>>>,
    /// Whether pages are added to these by page faults only, and never by the kernel on its own account.
    pub(super) by_faults: bool,
}

impl Running {
    /// Do what may write to the memory.
    pub(super) fn writing<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        let before = dirty::faults();
        let done = work(self);
        if before.is_none() || dirty::faults() != before {
            self.written = None;
        }
        done
    }
}
