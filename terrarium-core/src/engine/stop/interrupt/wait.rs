//! The waits of a guest in host functions: they take no processor time, and end at an interrupt.

use std::{
    sync::{Arc, PoisonError},
    time::{Duration, Instant},
};

use super::{Interrupt, InterruptState};
use terrarium_unix::syscall::{Sleeper, Wake};

impl InterruptState {
    /// Whether the guest has a signal to notice.
    fn has_signal(&self) -> bool {
        self.reason.is_some() || self.rings || self.keys
    }
}

impl Interrupt {
    /// Waits until `is_ready`, until a time, or until an interrupt. Returns whether it is ready. Whoever makes it ready
    /// calls [`wake`](Self::wake).
    pub(crate) fn wait_for(&self, until: Option<Instant>, is_ready: &dyn Fn() -> bool) -> bool {
        let mut state = self.lock();
        loop {
            if state.reason.is_none() && is_ready() {
                return true;
            }
            let left = until.map_or(LONGEST, |until| until.saturating_duration_since(Instant::now()).min(LONGEST));
            if state.has_signal() || left.is_zero() {
                return false;
            }
            state = self.wake.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Makes a guest that waits look again.
    pub(crate) fn wake(&self) {
        // With the lock, so that a guest that has just looked is woken too.
        let _state = self.lock();
        self.wake.notify_all();
    }

    /// Interrupts the guest as the keys of a terminal do: its run continues, without a deadline for the program's reaction.
    pub(crate) fn press_keys(&self) {
        let mut state = self.lock();
        if state.armed && state.reason.is_none() {
            state.keys = true;
            if let Some(safepoint) = &state.safepoint {
                safepoint.ask();
            }
            self.wake.notify_all();
        }
    }

    /// Whether such keys were pressed since the last call.
    pub(in crate::engine) fn take_keys(&self) -> bool {
        std::mem::take(&mut self.lock().keys)
    }
}

/// The longest single wait: the clocks of the system cannot represent all times.
const LONGEST: Duration = Duration::from_secs(3600);

/// A guest's sleep, which takes no processor time and ends at an interrupt.
#[derive(Debug)]
pub(crate) struct InterruptibleSleep(pub(crate) Arc<Interrupt>);

impl Sleeper for InterruptibleSleep {
    fn set_alarm(&self, delay_ns: u64, interval_ns: u64) -> bool {
        let delay = (delay_ns > 0).then(|| Duration::from_nanos(delay_ns));
        self.0.set_alarm(delay, Duration::from_nanos(interval_ns))
    }

    fn sleep(&self, ns: u64) -> Wake {
        let until = Instant::now().checked_add(Duration::from_nanos(ns));
        let mut state = self.0.lock();
        loop {
            if state.has_signal() {
                return Wake::Interrupted;
            }
            let left = match until {
                Some(until) => until.saturating_duration_since(Instant::now()),
                None => Duration::MAX,
            };
            if left.is_zero() {
                return Wake::Elapsed;
            }
            state = self.0.wake.wait_timeout(state, left.min(LONGEST)).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}
