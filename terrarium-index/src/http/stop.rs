//! [`Stop`]: the end of work in other threads, because the caller cancelled it or another part of it failed.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

/// A flag that threads look at between blocks.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stop(Arc<AtomicBool>);

impl Stop {
    pub(crate) fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Sleeps, at most until the flag is set. Returns whether it is.
    pub(crate) fn sleep(&self, pause: Duration) -> bool {
        let end = Instant::now() + pause;
        loop {
            let rest = end.saturating_duration_since(Instant::now());
            if self.is_set() || rest.is_zero() {
                return self.is_set();
            }
            thread::sleep(rest.min(Duration::from_millis(50)));
        }
    }
}
