//! The waits of a guest for the host: they take no processor time, and end at an interrupt.

use std::{
    sync::{Arc, PoisonError, atomic::Ordering},
    time::{Duration, Instant},
};

use super::{Interrupt, InterruptState};
use terrarium_unix::syscall::{Sleeper, Wake};

/// The time for which a guest looks out for the host's answer before it sleeps.
const LOOK_OUT: Duration = Duration::from_micros(40);

/// The end of a guest's wait for the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Waited {
    Ready,
    /// The guest has a signal, or its run is being stopped.
    Interrupted,
    Elapsed,
}

impl InterruptState {
    /// Whether the guest has a signal to notice.
    fn has_signal(&self) -> bool {
        self.reason.is_some() || self.rings || self.keys
    }
}

impl Interrupt {
    /// Waits on the guest's thread until `is_ready`, which another thread makes true before it calls
    /// [`notify`](Self::notify). The thread looks out for a moment before it sleeps, if `looks_out`.
    pub(crate) fn wait(&self, is_ready: &dyn Fn() -> bool, until: Option<Instant>, looks_out: bool) -> Waited {
        let begin = Instant::now();
        while looks_out && begin.elapsed() < LOOK_OUT {
            for _ in 0..32 {
                if is_ready() {
                    return Waited::Ready;
                }
                std::hint::spin_loop();
            }
        }
        let mut state = self.lock();
        self.waits.store(true, Ordering::SeqCst);
        let waited = loop {
            if is_ready() {
                break Waited::Ready;
            }
            if state.has_signal() {
                break Waited::Interrupted;
            }
            let left = until.map_or(LONGEST, |until| until.saturating_duration_since(Instant::now()).min(LONGEST));
            if left.is_zero() {
                break Waited::Elapsed;
            }
            state = self.wake.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        };
        self.waits.store(false, Ordering::SeqCst);
        waited
    }

    /// Wakes a guest that waits for the host's work.
    pub(crate) fn notify(&self) {
        if self.waits.load(Ordering::SeqCst) {
            // With the lock, so that a guest which has just looked is woken too.
            let _state = self.lock();
            self.wake.notify_all();
        }
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
