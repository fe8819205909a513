//! [`Safepoint`]: the two places of a guest through which another thread stops it.
//!
//! Guest code that runs for long regularly reads a word of the *safepoint page*, a separate, empty memory. A thread
//! that makes that page inaccessible stops the guest at its next read: the engine turns the fault into a trap. Nothing
//! else can touch the page: it is not part of the memory that pointers of the guest, system calls or bulk instructions
//! access. The *signal word*, an ordinary word of the guest, is gentler: while it is 1, the interpreter's evaluation
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

// SAFETY: the places belong to a guest's memories, which do not move until the guest is dropped. `GuardedStore` takes
// the safepoint back before the drop (`Interrupt::detach`, which waits for its lock). The page is only protected and
// unprotected, the word only written as an atomic.
#[expect(unsafe_code, reason = "another thread stops the guest through these pointers")]
unsafe impl Send for Safepoint {}

impl Safepoint {
    /// Finds the places in the memories of a guest: the page, and the address of the signal word.
    ///
    /// # Errors
    /// When the word is outside of the memory.
    pub(in crate::engine) fn new(
        mut store: impl AsContextMut,
        page: Memory,
        memory: Memory,
        word: u32,
    ) -> Result<Self> {
        if !protection::IS_SUPPORTED {
            return Err(format_err!("this system cannot protect memory, so no code could be stopped"));
        }
        let length = page.data_size(&store);
        let page = page.data_ptr(&store);
        let word = memory.data_mut(&mut store).get_mut(word as usize..).and_then(|rest| rest.get_mut(..4));
        let word = word.ok_or_else(|| format_err!("the signal word is outside of the memory"))?;
        let word = word.as_mut_ptr().cast::<u32>();
        if !word.is_aligned() {
            return Err(format_err!("the signal word is not aligned"));
        }
        Ok(Self { page, length, word })
    }

    /// Makes the interpreter ask for signals.
    pub(in crate::engine) fn ask(&self) {
        #[expect(unsafe_code, reason = "the guest's memory is shared with its own thread")]
        // SAFETY: `new` found the word inside of the memory and aligned, the memory lives as long as this (see `Send`),
        // and the guest's own reads and writes of it are single instructions.
        let word = unsafe { AtomicU32::from_ptr(self.word) };
        word.store(1, Ordering::Release);
    }

    /// Stops the guest at its next safepoint.
    ///
    /// # Errors
    /// The system's.
    pub(in crate::engine) fn close(&self) -> io::Result<()> {
        self.protect(Access::None)
    }

    /// Lets the guest run again.
    ///
    /// # Errors
    /// The system's.
    pub(in crate::engine) fn open(&self) -> io::Result<()> {
        self.protect(Access::ReadWrite)
    }

    fn protect(&self, access: Access) -> io::Result<()> {
        #[expect(unsafe_code, reason = "protecting memory is what stops the guest")]
        // SAFETY: the range is a whole memory of the guest, which is empty and is read by the guest's safepoints only;
        // the engine handles the fault. It is accessible again before the engine touches it: see `Send`.
        unsafe {
            protection::protect(self.page, self.length, access)
        }
    }
}

/// A guest's store, which is dropped only after other threads can no longer reach into the guest's memory.
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
        // In a child after a fork, other threads hold locks for ever. And a page that stays protected would crash its
        // next user: it is better to leak the memory.
        if check_process().is_ok() && self.0.data().run.interrupt.detach() {
            #[expect(unsafe_code, reason = "dropping by hand is what lets a guest be kept from it")]
            // SAFETY: this is the only place that drops it, and nothing uses it afterwards.
            unsafe {
                ManuallyDrop::drop(&mut self.0);
            }
        }
    }
}
