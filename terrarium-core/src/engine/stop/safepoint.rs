//! [`Safepoint`]: the two places of a guest that another thread uses to stop it.
//!
//! The guest reads a word of the *safepoint page*, a memory of its own that holds nothing, wherever it goes on for long.
//! Who makes that page inaccessible stops the guest at its next read: the engine turns the fault into a trap. Nothing
//! else can touch the page: it is no part of the memory that pointers of the guest, system calls or bulk instructions
//! work on. Softer is the *signal word*, an ordinary word of the guest's: while it is 1, the interpreter's evaluation
//! loop asks the host for signals.

use std::{
    io,
    mem::ManuallyDrop,
    ops::{Deref, DerefMut},
    sync::atomic::{AtomicU32, Ordering},
};

use wasmtime::{AsContextMut, Memory, Result, Store, format_err};

use crate::{
    engine::{compile::config::check_process, live::state::InstanceState},
    sys::protection::{self, Access},
};

/// Both places of a live guest.
pub(in crate::engine) struct Safepoint {
    page: *mut u8,
    length: usize,
    word: *mut u32,
}

// SAFETY: the places belong to a guest's memories, which stay where they are until the guest is dropped; whoever drops
// it takes the safepoint back first (`Interrupt::detach`, which waits for its lock). The page is only protected and
// unprotected, the word only written as an atomic.
#[expect(unsafe_code, reason = "another thread stops the guest through these pointers")]
unsafe impl Send for Safepoint {}

impl Safepoint {
    /// The places of the guest that has these memories: the page, and the address of the signal word.
    ///
    /// # Errors
    /// When the word lies outside of the memory.
    pub(in crate::engine) fn of(mut store: impl AsContextMut, page: Memory, memory: Memory, word: u32) -> Result<Self> {
        if !protection::IS_SUPPORTED {
            return Err(format_err!("this system cannot protect memory, so no code could be stopped"));
        }
        let length = page.data_size(&store);
        let page = page.data_ptr(&store);
        let word = memory.data_mut(&mut store).get_mut(word as usize..).and_then(|rest| rest.get_mut(..4));
        let word = word.ok_or_else(|| format_err!("the signal word lies outside of the memory"))?;
        let word = word.as_mut_ptr().cast::<u32>();
        if !word.is_aligned() {
            return Err(format_err!("the signal word is not aligned"));
        }
        Ok(Self { page, length, word })
    }

    /// Have the interpreter ask for signals.
    pub(in crate::engine) fn ask(&self) {
        #[expect(unsafe_code, reason = "the guest's memory is shared with its own thread")]
        // SAFETY: `of` found the word inside of the memory and aligned, the memory lives as long as this (see `Send`),
        // and the guest's own reads and writes of it are single instructions.
        let word = unsafe { AtomicU32::from_ptr(self.word) };
        word.store(1, Ordering::Release);
    }

    /// Stop the guest at its next safepoint.
    ///
    /// # Errors
    /// The system's.
    pub(in crate::engine) fn close(&self) -> io::Result<()> {
        self.protect(Access::None)
    }

    /// Let it run again.
    ///
    /// # Errors
    /// The system's.
    pub(in crate::engine) fn open(&self) -> io::Result<()> {
        self.protect(Access::ReadWrite)
    }

    fn protect(&self, access: Access) -> io::Result<()> {
        #[expect(unsafe_code, reason = "protecting memory is what stops the guest")]
        // SAFETY: the range is a whole memory of the guest, which holds nothing and is read by the guest's safepoints
        // only; the engine handles the fault. It is accessible again before the engine touches it: see `Send`.
        unsafe {
            protection::protect(self.page, self.length, access)
        }
    }
}

/// A guest's store, which is dropped only once nobody else can reach into the guest's memory.
pub(in crate::engine) struct GuardedStore(ManuallyDrop<Store<InstanceState>>);

impl GuardedStore {
    pub(in crate::engine) fn new(store: Store<InstanceState>) -> Self {
        Self(ManuallyDrop::new(store))
    }
}

impl Deref for GuardedStore {
    type Target = Store<InstanceState>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl DerefMut for GuardedStore {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

impl Drop for GuardedStore {
    fn drop(&mut self) {
        // In a child after a fork other threads hold locks for ever. And a page that stays protected would be the end of
        // whoever gets the memory next: rather lose it.
        if check_process().is_ok() && self.0.data().run.interrupt.detach() {
            #[expect(unsafe_code, reason = "dropping by hand is what lets a guest be kept from it")]
            // SAFETY: this is the only place that drops it, and nothing uses it afterwards.
            unsafe {
                ManuallyDrop::drop(&mut self.0);
            }
        }
    }
}
