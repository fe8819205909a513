//! Interruption of a guest from outside: deadlines and cancellation.
//!
//! A run is first interrupted: the host sets the guest's signal word, the interpreter polls it and raises
//! `KeyboardInterrupt`, and a session keeps its state. Code that continues is stopped by force after the grace period,
//! which is processor time of the guest's thread: on a busy machine the guest may not have had any yet. There it ends
//! after a multiple of wall time too, as soon as the guest has had a part of it. A program with
//! its own handler, which returns, is interrupted a second time.
//!
//! There is no timer tick, and a guest checks only its safepoint page. One thread for the whole process (the watchdog)
//! wakes at the deadline of a run, and acts on the guest's [`Safepoint`]. A run that ends in time costs an entry in the
//! watchdog's queue. Every access to a guest happens under the lock of its [`Interrupt`], and a run that has ended is
//! no longer armed. So a page never stays protected, and is never touched after its guest is gone.

mod wait;

use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, atomic::AtomicBool},
    time::{Duration, Instant},
};

pub(crate) use super::account::Phase;
use super::{
    account::{Account, Moment},
    safepoint::Safepoint,
    watchdog::{Purpose, watchdog},
};
use crate::{cancel::Cancel, sys::thread_clock::ThreadClock};
pub(crate) use wait::{InterruptibleSleep, Waited};

/// The reason why a run is being stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    Timeout,
    Cancelled,
    /// A function of the host, or a limit of such calls, has ended the run.
    Ended,
}

/// The state of one guest's interruption.
#[derive(Default)]
pub(crate) struct Interrupt {
    state: Mutex<InterruptState>,
    /// Wakes a guest that sleeps in a host function.
    wake: Condvar,
    /// Whether the guest waits for the host's work, so that it must be woken.
    waits: AtomicBool,
}

#[derive(Default)]
struct InterruptState {
    /// Counts the runs, so that a late watchdog entry of an earlier run does nothing.
    run: u64,
    armed: bool,
    reason: Option<Reason>,
    grace: Duration,
    /// The safepoint of the guest; `None` before it is instantiated and after it is dropped.
    safepoint: Option<Safepoint>,
    /// The clock of the thread that the guest runs on.
    clock: Option<ThreadClock>,
    /// The account of the time since the interrupt.
    account: Option<Account>,
    /// Whether the program's handler of the interrupt has returned, and whether the second interrupt is due then.
    returned: bool,
    repeats: bool,
    /// Whether the safepoint page is protected.
    closed: bool,
    /// The phase, once the harness has reported one.
    phase: Option<Phase>,
    /// The time of the guest's alarm, and the time between further ones; zero: there are none.
    alarm: Option<(Instant, Duration)>,
    /// Whether the alarm has gone off and the guest has not noticed yet.
    rings: bool,
    /// Whether a person has pressed the keys of an interrupt and the guest has not noticed yet. The run continues.
    keys: bool,
    /// The time that the host took to prepare what the guest needs, which does not count as the run's.
    prepared: Duration,
    /// Whether a preparation is in progress, and the deadline before it is moved.
    is_preparing: bool,
    deadline: Option<Instant>,
    /// The visits of the watchdog for the alarm that are due, and the time of the next one if it is certain.
    visits: u32,
    next_visit: Option<Instant>,
}

impl InterruptState {
    /// Returns the present moment.
    fn now(&self) -> Moment {
        Moment { processor: self.clock.map_or(Duration::ZERO, ThreadClock::now), wall: Instant::now() }
    }

    /// Returns the time of the deadline, or of the next look at it, if that is to come.
    fn due(&self) -> Option<Instant> {
        let now = Instant::now();
        let due = match self.is_preparing {
            true => now.checked_add(AGAIN),
            false => self.deadline?.checked_add(self.prepared),
        };
        due.filter(|due| *due > now)
    }

    /// Interrupts the guest, or stops it by force after its grace period.
    fn press(&mut self) {
        let now = self.now();
        let Some(account) = &self.account else {
            self.account = Some(Account::new(self.grace, now, self.phase));
            if let Some(safepoint) = &self.safepoint {
                safepoint.ask();
            }
            return;
        };
        if self.repeats
            && account.is_half(now)
            && let Some(safepoint) = &self.safepoint
        {
            self.repeats = false;
            safepoint.ask();
            // The guest has at least until the watchdog's next visit.
            return;
        }
        if !self.closed
            && account.is_over(now)
            && let Some(safepoint) = &self.safepoint
        {
            match safepoint.close() {
                Ok(()) => self.closed = true,
                // The watchdog's next visit tries again.
                Err(error) => tracing::error!(%error, "a guest's safepoint page cannot be protected"),
            }
        }
    }

    /// Makes the guest's page accessible again.
    fn release(&mut self) {
        if self.closed
            && let Some(safepoint) = &self.safepoint
        {
            match safepoint.open() {
                Ok(()) => self.closed = false,
                Err(error) => tracing::error!(%error, "a guest's safepoint page cannot be made accessible"),
            }
        }
    }
}

impl std::fmt::Debug for Interrupt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Interrupt").field("reason", &self.reason()).finish_non_exhaustive()
    }
}

impl Interrupt {
    /// Sets the safepoint that stops the guest from now on.
    pub(in crate::engine) fn attach(&self, safepoint: Safepoint) {
        self.lock().safepoint = Some(safepoint);
    }

    /// Removes the safepoint before the guest is dropped: no other thread reaches into the guest afterwards. Returns
    /// false if the system refused to make its page accessible: then the guest's memory must not be used again.
    pub(in crate::engine) fn detach(&self) -> bool {
        let mut state = self.lock();
        state.release();
        state.safepoint = None;
        !state.closed
    }

    fn lock(&self) -> MutexGuard<'_, InterruptState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts the watch over a run. The drop of the returned guard ends the watch.
    ///
    /// # Errors
    /// The system's, when the watchdog's thread cannot start: without it there would be no limits.
    pub(crate) fn arm(self: &Arc<Self>, timeout: Option<Duration>, grace: Duration) -> std::io::Result<WatchGuard> {
        watchdog().ensure_running()?;
        let clock = Some(ThreadClock::current()?);
        let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        let run = {
            let mut state = self.lock();
            state.release();
            let (run, safepoint, closed) = (state.run.wrapping_add(1), state.safepoint.take(), state.closed);
            let set = InterruptState { run, armed: true, grace, clock, safepoint, closed, ..InterruptState::default() };
            *state = InterruptState { deadline, ..set };
            run
        };
        if let Some(at) = deadline {
            watchdog().watch(at, self, run, Purpose::Stop);
        }
        Ok(WatchGuard { interrupt: Arc::clone(self) })
    }

    /// Records the phase that begins. The guest's thread calls it when the harness reports a phase.
    pub(crate) fn enter(&self, phase: Phase) {
        let mut state = self.lock();
        let now = state.now();
        if let Some(account) = &mut state.account {
            account.enter(phase, now);
        }
        state.phase = Some(phase);
    }

    /// Interrupts the guest once more in the middle of its grace period. The guest's thread calls it when the program's
    /// own handler of the interrupt has returned.
    pub(crate) fn repeat(&self) {
        let mut state = self.lock();
        if state.account.is_some() && !state.returned {
            (state.returned, state.repeats) = (true, true);
        }
    }

    /// Does work of the host that prepares what the guest needs. The deadline of the run moves by its time.
    pub(crate) fn preparing<T>(&self, work: impl FnOnce() -> T) -> T {
        let begin = Instant::now();
        self.lock().is_preparing = true;
        let done = work();
        let mut state = self.lock();
        state.is_preparing = false;
        state.prepared = state.prepared.saturating_add(begin.elapsed());
        done
    }

    /// Returns the time of such work in the present run.
    pub(crate) fn prepared(&self) -> Duration {
        self.lock().prepared
    }

    /// Ends the present run, whose code gets no other answer from the host.
    pub(crate) fn end(self: &Arc<Self>) {
        self.stop(Reason::Ended, None);
    }

    /// Returns the reason why the present run is being stopped, if it is.
    pub(crate) fn reason(&self) -> Option<Reason> {
        self.lock().reason
    }

    /// Whether `run` is the present run, and is watched.
    pub(super) fn is_watched(&self, run: u64) -> bool {
        let state = self.lock();
        state.armed && state.run == run
    }

    /// Requests the end of run number `run`, or of the present run.
    pub(super) fn stop(self: &Arc<Self>, reason: Reason, run: Option<u64>) {
        let run = {
            let mut state = self.lock();
            if !state.armed || run.is_some_and(|run| run != state.run) {
                return;
            }
            if let Some(later) = state.due().filter(|_| reason == Reason::Timeout && state.reason.is_none()) {
                let run = state.run;
                drop(state);
                watchdog().watch(later, self, run, Purpose::Stop);
                return;
            }
            state.reason.get_or_insert(reason);
            state.press();
            state.run
        };
        // The watchdog comes again until the run has ended, to check whether the grace period is over.
        if let Some(at) = Instant::now().checked_add(AGAIN) {
            watchdog().watch(at, self, run, Purpose::Stop);
        }
        self.wake.notify_all();
    }

    /// Sets the alarm of the present run: a signal after `delay`, and then in intervals unless they are zero. No delay
    /// turns the alarm off. Returns false for times that the clock does not have.
    fn set_alarm(self: &Arc<Self>, delay: Option<Duration>, interval: Duration) -> bool {
        let at = delay.map(|delay| Instant::now().checked_add(delay));
        if at == Some(None) {
            return false;
        }
        let mut state = self.lock();
        state.alarm = at.flatten().map(|at| (at, interval));
        state.rings = false;
        self.plan_visit(state);
        true
    }

    /// Lets the alarm go off, if it is due.
    pub(super) fn ring(self: &Arc<Self>, run: u64) {
        let mut state = self.lock();
        if !state.armed || state.run != run {
            return;
        }
        state.visits = state.visits.saturating_sub(1);
        state.next_visit = None;
        let now = Instant::now();
        if let Some((_, interval)) = state.alarm.filter(|(at, _)| *at <= now) {
            state.rings = true;
            let next = now.checked_add(interval.max(SHORTEST)).filter(|_| !interval.is_zero());
            state.alarm = next.map(|at| (at, interval));
            if let Some(safepoint) = &state.safepoint {
                safepoint.ask();
            }
            self.wake.notify_all();
        }
        self.plan_visit(state);
    }

    /// Makes the watchdog come at the time of the alarm, unless it comes before. A guest that sets its alarm again and
    /// again does not fill the watchdog's queue: at its bound, the alarm is late.
    fn plan_visit(self: &Arc<Self>, mut state: MutexGuard<'_, InterruptState>) {
        let Some((at, _)) = state.alarm else { return };
        if state.visits >= MOST_VISITS || state.next_visit.is_some_and(|next| next <= at) {
            return;
        }
        state.visits += 1;
        state.next_visit = Some(at);
        let run = state.run;
        drop(state);
        watchdog().watch(at, self, run, Purpose::Alarm);
    }

    /// Whether the alarm has gone off since the last call.
    pub(in crate::engine) fn take_alarm(&self) -> bool {
        std::mem::take(&mut self.lock().rings)
    }

    /// Returns the reason of the present run's forced stop, if there was one.
    pub(in crate::engine) fn forced(&self) -> Option<Reason> {
        let state = self.lock();
        state.reason.filter(|_| state.closed)
    }
}

/// The interval of the watchdog's visits to a run that is being stopped.
const AGAIN: Duration = Duration::from_millis(5);

/// The shortest interval of alarms, and the most visits of the watchdog that one guest can order: one thread serves all
/// guests.
const SHORTEST: Duration = Duration::from_millis(5);
const MOST_VISITS: u32 = 16;

/// The watch over one run.
pub(crate) struct WatchGuard {
    interrupt: Arc<Interrupt>,
}

impl Drop for WatchGuard {
    fn drop(&mut self) {
        let mut state = self.interrupt.lock();
        state.armed = false;
        state.release();
    }
}

/// A cancel handle's view of a guest: it stops the run in the guest.
pub(crate) struct CancelTarget(pub(crate) Arc<Interrupt>);

impl Cancel for CancelTarget {
    fn cancel(&self) {
        self.0.stop(Reason::Cancelled, None);
    }
}

#[cfg(test)]
mod tests;
