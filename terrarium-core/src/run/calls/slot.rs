//! [`Slot`]: one call in progress, shared by the guest's thread and the handler's.

use std::{
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use crate::{CancelHandle, HostCallOutcome, HostError, functions::Items};

/// The end of a call.
pub(super) struct Finished {
    /// The answer for the guest.
    pub(super) answer: Vec<u8>,
    pub(super) outcome: HostCallOutcome,
    pub(super) error: Option<HostError>,
    pub(super) time: Duration,
}

/// A call, until the guest has its answer.
pub(super) struct Slot {
    pub(super) number: u32,
    /// The name of the function.
    pub(super) name: Arc<str>,
    /// The place among the records of the run.
    pub(super) record: Option<usize>,
    /// The place in the journal.
    pub(super) note: OnceLock<usize>,
    pub(super) begun: Instant,
    pub(super) deadline: Option<Instant>,
    /// Used when the guest waits no more.
    pub(super) cancel: CancelHandle,
    /// Whether a place among the calls in flight is taken.
    pub(super) is_running: AtomicBool,
    /// Whether the items of a stream come from a journal.
    pub(super) is_recorded: AtomicBool,
    /// Whether the function works.
    pub(super) is_working: AtomicBool,
    is_done: AtomicBool,
    finished: Mutex<Option<Finished>>,
    /// The rest of a stream.
    pub(super) items: Mutex<Option<Items>>,
}

impl Slot {
    pub(super) fn new(number: u32, name: Arc<str>, record: Option<usize>, time: Option<Duration>) -> Self {
        let begun = Instant::now();
        Self {
            number,
            name,
            record,
            note: OnceLock::new(),
            begun,
            deadline: time.and_then(|time| begun.checked_add(time)),
            cancel: CancelHandle::new(),
            is_running: AtomicBool::new(false),
            is_recorded: AtomicBool::new(false),
            is_working: AtomicBool::new(false),
            is_done: AtomicBool::new(false),
            finished: Mutex::new(None),
            items: Mutex::new(None),
        }
    }

    pub(super) fn is_done(&self) -> bool {
        self.is_done.load(Ordering::Acquire)
    }

    /// Ends the call, unless it has ended before.
    pub(super) fn finish(&self, answer: Vec<u8>, outcome: HostCallOutcome, error: Option<HostError>) -> bool {
        let mut finished = self.finished.lock().unwrap_or_else(PoisonError::into_inner);
        if self.is_done() {
            return false;
        }
        *finished = Some(Finished { answer, outcome, error, time: self.begun.elapsed() });
        self.is_done.store(true, Ordering::Release);
        true
    }

    /// Takes the end of a call that has ended, once.
    pub(super) fn take(&self) -> Option<Finished> {
        self.finished.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
