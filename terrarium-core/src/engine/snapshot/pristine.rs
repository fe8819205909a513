//! [`PristineMemory`]: the memory of an instance that never runs, from which written pages are restored.

use std::sync::Mutex;

use wasmtime::Memory;

use crate::engine::stop::safepoint::GuardedStore;

/// The memory of an instance that never runs.
pub(super) struct PristineMemory {
    /// Owns the memory, and is not used.
    _store: Mutex<GuardedStore>,
    base: *const u8,
    length: usize,
}

#[expect(unsafe_code, reason = "many threads copy from the memory at a time")]
// SAFETY: the pointer is only read through `bytes`, and its content never changes: see there.
unsafe impl Send for PristineMemory {}
#[expect(unsafe_code, reason = "many threads copy from the memory at a time")]
// SAFETY: as for `Send`.
unsafe impl Sync for PristineMemory {}

impl PristineMemory {
    /// Takes the memory of the instance in `store`, which has no other use from now on.
    pub(super) fn new(store: GuardedStore, memory: Memory) -> Self {
        let (base, length) = (memory.data_ptr(&*store).cast_const(), memory.data_size(&*store));
        Self { _store: Mutex::new(store), base, length }
    }

    /// Returns the content.
    pub(super) fn bytes(&self) -> &[u8] {
        #[expect(unsafe_code, reason = "many threads copy from the memory at a time")]
        // SAFETY: the store lives as long as this value and has no other user, so the instance does not run, its memory
        // neither moves nor changes, and the range is the one that the engine reported.
        unsafe {
            std::slice::from_raw_parts(self.base, self.length)
        }
    }
}
