//! Stopping a guest from outside: deadlines and cancellation.
//!
//! A run is first asked to stop: the guest's signal word is set, the interpreter polls it and raises
//! `KeyboardInterrupt`, and a session keeps its state. Code that does not heed it is stopped by force after a grace.
//! The grace is processor time of the guest's thread: on a busy machine the guest may not have had any yet.
//!
//! Nothing ticks. Guests look at an [`Interrupt`] when the engine's epoch moves, and one thread for the whole process
//! (the watchdog) moves it when some run's deadline has come. A run that ends in time costs the watchdog nothing but
//! an entry in its queue.

use std::{
    cmp::Reverse,
    collections::BinaryHeap,
    sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError, Weak},
    time::{Duration, Instant},
};

use crate::{
    cancel::Cancel,
    syscall::{Sleeper, Wake},
};

/// Why a run is being stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    Timeout,
    Cancelled,
}

/// What a guest has to do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Demand {
    /// Go on.
    None,
    /// Ask the interpreter to raise `KeyboardInterrupt`. Said once a run.
    Soft,
    /// Stop at once.
    Hard,
}

/// Who runs in a guest after an interrupt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Word {
    /// The user's code: it lives on its grace.
    Program,
    /// The harness: it reports.
    Harness,
}

/// What the harness gets beyond the grace to report a run that heeded: its first report loads modules.
const REPORTING: Duration = Duration::from_millis(500);

/// The state of one guest's interruption.
pub(crate) struct Interrupt {
    state: Mutex<State>,
    /// Wakes a guest that sleeps in a host function.
    wake: Condvar,
    /// Moves the epoch of the guest's engine.
    engine: wasmtime::Engine,
}

#[derive(Default)]
struct State {
    /// Counts the runs, so that a late watchdog entry of an earlier run does nothing.
    run: u64,
    armed: bool,
    reason: Option<Reason>,
    grace: Duration,
    /// The processor time of the guest's thread when it was asked to stop.
    asked_at: Option<Duration>,
    /// Who runs since the interrupt, once the harness has said so, and the processor time of that moment.
    word: Option<(Word, Duration)>,
    /// What the harness has used to report, up to that moment.
    reported: Duration,
}

impl State {
    /// What the harness has used to report by `now`, a processor time.
    fn reported(&self, asked_at: Duration, now: Duration) -> Duration {
        match self.word {
            Some((Word::Harness, since)) => self.reported + now.saturating_sub(since.max(asked_at)),
            _ => self.reported,
        }
    }
}

impl std::fmt::Debug for Interrupt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Interrupt").field("reason", &self.reason()).finish_non_exhaustive()
    }
}

impl Interrupt {
    pub(crate) fn new(engine: wasmtime::Engine) -> Arc<Self> {
        Arc::new(Self { state: Mutex::default(), wake: Condvar::new(), engine })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Start to watch a run. Dropping the returned guard ends the watch.
    ///
    /// # Errors
    /// The system's, when the watchdog's thread cannot start: without it there would be no limits.
    pub(crate) fn arm(self: &Arc<Self>, timeout: Option<Duration>, grace: Duration) -> std::io::Result<Armed> {
        watchdog().ensure_running()?;
        let run = {
            let mut state = self.lock();
            *state = State { run: state.run.wrapping_add(1), armed: true, grace, ..State::default() };
            state.run
        };
        if let Some(at) = timeout.and_then(|timeout| Instant::now().checked_add(timeout)) {
            watchdog().watch(at, self, run);
        }
        Ok(Armed { interrupt: Arc::clone(self) })
    }

    /// What the guest has to do now; called by its own thread.
    pub(crate) fn demand(&self) -> Demand {
        let mut state = self.lock();
        if state.reason.is_none() {
            return Demand::None;
        }
        match state.asked_at {
            None => {
                state.asked_at = Some(thread_time());
                Demand::Soft
            }
            Some(asked_at) => {
                let now = thread_time();
                let reported = state.reported(asked_at, now);
                let used = now.saturating_sub(asked_at).saturating_sub(reported);
                if used >= state.grace || reported >= REPORTING { Demand::Hard } else { Demand::None }
            }
        }
    }

    /// Whether the run was interrupted and the harness has said so.
    pub(crate) fn is_unwinding(&self) -> bool {
        self.lock().word.is_some()
    }

    /// The harness says who has the word now; called by the guest's thread.
    pub(crate) fn hand_over(&self, word: Word) {
        let mut state = self.lock();
        let now = thread_time();
        if let Some(asked_at) = state.asked_at {
            state.reported = state.reported(asked_at, now);
        }
        state.word = Some((word, now));
    }

    /// Why the present run is being stopped, if it is.
    pub(crate) fn reason(&self) -> Option<Reason> {
        self.lock().reason
    }

    /// Ask run number `run` (or the present one) to stop.
    fn stop(self: &Arc<Self>, reason: Reason, run: Option<u64>) {
        let run = {
            let mut state = self.lock();
            if !state.armed || run.is_some_and(|run| run != state.run) {
                return;
            }
            // When the watchdog comes again, the grace may be over; the guest sees that for itself.
            state.reason.get_or_insert(reason);
            state.run
        };
        // It comes again until the run has ended. A guest that looks at its demand just now sets its next epoch only
        // afterwards, so a single move of the epoch could pass it by.
        if let Some(at) = Instant::now().checked_add(AGAIN) {
            watchdog().watch(at, self, run);
        }
        // First the epoch: a guest that wakes from its sleep looks at it on its way.
        self.engine.increment_epoch();
        self.wake.notify_all();
    }
}

/// How often a guest that is to stop is made to look.
const AGAIN: Duration = Duration::from_millis(5);

/// The processor time that the calling thread has used.
fn thread_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.try_into().unwrap_or(0), time.tv_nsec.try_into().unwrap_or(0))
}

/// The watch over one run.
pub(crate) struct Armed {
    interrupt: Arc<Interrupt>,
}

impl Drop for Armed {
    fn drop(&mut self) {
        self.interrupt.lock().armed = false;
    }
}

/// A cancel handle's view of a guest: it stops whatever runs in it.
pub(crate) struct CancelTarget(pub(crate) Arc<Interrupt>);

impl Cancel for CancelTarget {
    fn cancel(&self) {
        self.0.stop(Reason::Cancelled, None);
    }
}

/// A guest's sleep: it burns no processor time and ends when the run is to stop.
#[derive(Debug)]
pub(crate) struct InterruptibleSleep(pub(crate) Arc<Interrupt>);

impl Sleeper for InterruptibleSleep {
    fn sleep(&self, ns: u64) -> Wake {
        let until = Instant::now().checked_add(Duration::from_nanos(ns));
        let mut state = self.0.lock();
        loop {
            if state.reason.is_some() {
                return Wake::Interrupted;
            }
            let left = match until {
                Some(until) => until.saturating_duration_since(Instant::now()),
                None => Duration::MAX,
            };
            if left.is_zero() {
                return Wake::Elapsed;
            }
            // A bound on one wait keeps clear of what the system's clock can represent.
            let bounded = left.min(Duration::from_secs(3600));
            state = self.0.wake.wait_timeout(state, bounded).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

/// The thread that comes when a deadline does.
struct Watchdog {
    queue: Mutex<Queue>,
    changed: Condvar,
}

#[derive(Default)]
struct Queue {
    entries: BinaryHeap<Reverse<Entry>>,
    /// Orders entries of the same instant.
    sequence: u64,
    running: bool,
}

struct Entry {
    at: Instant,
    sequence: u64,
    interrupt: Weak<Interrupt>,
    run: u64,
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Entry {}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.sequence).cmp(&(other.at, other.sequence))
    }
}

fn watchdog() -> &'static Watchdog {
    static WATCHDOG: OnceLock<Watchdog> = OnceLock::new();
    WATCHDOG.get_or_init(|| Watchdog { queue: Mutex::default(), changed: Condvar::new() })
}

impl Watchdog {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ensure_running(&'static self) -> std::io::Result<()> {
        let mut queue = self.lock();
        if !queue.running {
            let thread = std::thread::Builder::new().name("terrarium-watchdog".into()).stack_size(256 << 10);
            thread.spawn(|| self.run())?;
            queue.running = true;
        }
        Ok(())
    }

    fn watch(&self, at: Instant, interrupt: &Arc<Interrupt>, run: u64) {
        let mut queue = self.lock();
        queue.sequence += 1;
        let sequence = queue.sequence;
        let soonest = queue.entries.peek().is_none_or(|Reverse(first)| at < first.at);
        queue.entries.push(Reverse(Entry { at, sequence, interrupt: Arc::downgrade(interrupt), run }));
        // Thousands of short runs with long timeouts would fill the queue with entries of the past.
        if queue.entries.len() > 1024 && queue.sequence.is_multiple_of(1024) {
            queue.entries.retain(|Reverse(entry)| entry.is_current());
        }
        if soonest {
            self.changed.notify_one();
        }
    }

    fn run(&self) {
        let mut queue = self.lock();
        loop {
            let now = Instant::now();
            match queue.entries.peek() {
                Some(Reverse(first)) if first.at <= now => {
                    if let Some(Reverse(entry)) = queue.entries.pop()
                        && let Some(interrupt) = entry.interrupt.upgrade()
                    {
                        drop(queue);
                        interrupt.stop(Reason::Timeout, Some(entry.run));
                        // The guest may be gone by now: its last reference must not be dropped under the lock.
                        drop(interrupt);
                        queue = self.lock();
                    }
                }
                Some(Reverse(first)) => {
                    let wait = first.at - now;
                    queue = self.changed.wait_timeout(queue, wait).unwrap_or_else(PoisonError::into_inner).0;
                }
                None => queue = self.changed.wait(queue).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }
}

impl Entry {
    fn is_current(&self) -> bool {
        self.interrupt.upgrade().is_some_and(|interrupt| {
            let state = interrupt.lock();
            state.armed && state.run == self.run
        })
    }
}
