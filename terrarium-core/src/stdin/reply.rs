//! [`InputReply`]: the way of an answer to the run that waits for it.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::InputAnswer;

/// The way to answer one [`InputRequest`](super::InputRequest).
///
/// A reply that is dropped without an answer fails the code's read. An answer that comes after the end of the run is
/// dropped.
pub struct InputReply(Arc<Slot>);

impl InputReply {
    /// Sends the answer.
    pub fn send(self, answer: impl Into<InputAnswer>) {
        self.0.fill(answer.into());
    }

    /// Whether the run still waits for the answer.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(*self.0.lock(), SlotState::Open)
    }

    pub(crate) fn new(slot: &Arc<Slot>) -> Self {
        Self(Arc::clone(slot))
    }
}

impl Drop for InputReply {
    fn drop(&mut self) {
        // After an answer, this has no effect.
        self.0.fill(InputAnswer::Failed);
    }
}

impl fmt::Debug for InputReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InputReply").field("is_open", &self.is_open()).finish()
    }
}

/// The place of one answer.
pub(crate) struct Slot {
    state: Mutex<SlotState>,
    /// Wakes the guest that waits.
    wake: Box<dyn Fn() + Send + Sync>,
}

enum SlotState {
    Open,
    Answered(InputAnswer),
    Closed,
}

impl Slot {
    pub(crate) fn new(wake: impl Fn() + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self { state: Mutex::new(SlotState::Open), wake: Box::new(wake) })
    }

    fn lock(&self) -> MutexGuard<'_, SlotState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fill(&self, answer: InputAnswer) {
        let mut state = self.lock();
        if matches!(*state, SlotState::Open) {
            *state = SlotState::Answered(answer);
            drop(state);
            (self.wake)();
        }
    }

    /// Whether there is an answer.
    pub(crate) fn is_answered(&self) -> bool {
        matches!(*self.lock(), SlotState::Answered(_))
    }

    /// Takes the answer, if there is one.
    pub(crate) fn take(&self) -> Option<InputAnswer> {
        let mut state = self.lock();
        match std::mem::replace(&mut *state, SlotState::Closed) {
            SlotState::Answered(answer) => Some(answer),
            other => {
                *state = other;
                None
            }
        }
    }

    /// Drops the answer, or one that comes later. Returns whether there was none.
    pub(crate) fn close(&self) -> bool {
        matches!(std::mem::replace(&mut *self.lock(), SlotState::Closed), SlotState::Open)
    }
}
