//! [`PristineMemory`]: the memory of an instance that never runs, from which written pages are copied back.

use std::sync::Mutex;

use wasmtime::Memory;

use crate::engine::stop::safepoint::GuardedStore;

/// The memory of an instance that never runs.
pub(super) struct PristineMemory {
    /// Keeps the memory; nobody uses it.
    _store: Mutex<GuardedStore>,
    base: *const u8,
    length: usize,
}

#[expect(unsafe_code, reason = "many threads copy from the memory at a time")]
// SAFETY: the pointer is only read through `bytes`, and what it points to never changes: see there.
unsafe impl Send for PristineMemory {}
#[expect(unsafe_code, reason = "many threads copy from the memory at a time")]
// SAFETY: as for `Send`.
unsafe impl Sync for PristineMemory {}

impl PristineMemory {
    /// The memory of the instance in `store`, which is used for nothing else from now on.
    pub(super) fn new(store: GuardedStore, memory: Memory) -> Self {
        let (base, length) = (memory.data_ptr(&*store).cast_const(), memory.data_size(&*store));
        Self { _store: Mutex::new(store), base, length }
    }

    /// Its content.
    pub(super) fn bytes(&self) -> &[u8] {
        #[expect(unsafe_code, reason = "many threads copy from the memory at a time")]
        // SAFETY: the store is kept as long as this is and given to nobody, so the instance does not run, its memory
        // neither moves nor changes, and the range is the one that the engine named.
        unsafe {
            std::slice::from_raw_parts(self.base, self.length)
        }
    }
}
