//! The services that the process needs from its host: time, waiting, and a channel for frames.

use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::abi::Errno;

/// Two clocks, in nanoseconds.
pub trait Clock: Debug + Send + Sync {
    /// Nanoseconds since 1970-01-01 00:00:00 UTC.
    fn realtime_ns(&self) -> u64;
    /// Nanoseconds since an arbitrary fixed point; never decreases.
    fn monotonic_ns(&self) -> u64;
}

/// The clocks of the machine. The monotonic clock starts when the value is made.
#[derive(Debug, Clone)]
pub struct SystemClock {
    start: Instant,
    offset_ns: u64,
}

impl SystemClock {
    /// Makes a clock whose monotonic side starts now, at zero.
    #[must_use]
    pub fn new() -> Self {
        Self::starting_at(0)
    }

    /// Makes a clock whose monotonic side starts now, at `offset_ns`.
    #[must_use]
    pub fn starting_at(offset_ns: u64) -> Self {
        Self { start: Instant::now(), offset_ns }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn realtime_ns(&self) -> u64 {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, nanoseconds)
    }

    fn monotonic_ns(&self) -> u64 {
        nanoseconds(self.start.elapsed()).saturating_add(self.offset_ns)
    }
}

/// A clock that advances only when the guest sleeps, so that two runs see the same times.
///
/// Clones share the time that has passed.
#[derive(Debug, Clone)]
pub struct FixedClock {
    start_ns: u64,
    offset_ns: u64,
    passed_ns: Arc<AtomicU64>,
}

impl FixedClock {
    /// Makes a clock that shows `realtime_ns` nanoseconds since 1970, and `monotonic_ns`.
    #[must_use]
    pub fn new(realtime_ns: u64, monotonic_ns: u64) -> Self {
        Self { start_ns: realtime_ns, offset_ns: monotonic_ns, passed_ns: Arc::default() }
    }
}

impl Clock for FixedClock {
    fn realtime_ns(&self) -> u64 {
        self.start_ns.saturating_add(self.passed_ns.load(Ordering::Relaxed))
    }

    fn monotonic_ns(&self) -> u64 {
        self.passed_ns.load(Ordering::Relaxed).saturating_add(self.offset_ns)
    }
}

/// Sleeping on a fixed clock takes no time: it only advances the clock.
impl Sleeper for FixedClock {
    fn sleep(&self, ns: u64) -> Wake {
        let passed = self.passed_ns.load(Ordering::Relaxed).saturating_add(ns);
        self.passed_ns.store(passed, Ordering::Relaxed);
        Wake::Elapsed
    }
}

/// The reason why a sleep ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wake {
    /// The time has passed.
    Elapsed,
    /// The run is interrupted: the guest gets EINTR and polls its signals.
    Interrupted,
}

/// Waits without using the processor.
pub trait Sleeper: Debug + Send + Sync {
    /// Waits for `ns` nanoseconds, or until the run is interrupted.
    fn sleep(&self, ns: u64) -> Wake;

    /// Sends the guest a SIGALRM after `delay_ns` nanoseconds, and then every `interval_ns` nanoseconds unless that is
    /// zero. A delay of zero turns the alarm off. Returns false if the host sends no signals, as by default.
    fn set_alarm(&self, _delay_ns: u64, _interval_ns: u64) -> bool {
        false
    }
}

/// Parks the thread; nothing interrupts it.
#[derive(Debug, Clone, Copy, Default)]
pub struct ThreadSleeper;

impl Sleeper for ThreadSleeper {
    fn sleep(&self, ns: u64) -> Wake {
        std::thread::sleep(Duration::from_nanos(ns));
        Wake::Elapsed
    }
}

/// The destination of the guest's frames, which it writes to the descriptor [`crate::fd::CHANNEL`].
pub trait Channel: Debug + Send + Sync {
    /// Takes the bytes of one `write` or `writev`, whole.
    ///
    /// # Errors
    /// The errno with which the guest's write fails.
    fn frame(&self, bytes: &[u8]) -> Result<(), Errno>;

    /// Whether frames with output have arrived since the last call of [`clear`](Self::clear).
    fn has_more(&self) -> bool {
        false
    }

    /// Discards the output of the frames so far: at once, or when there is more (`waits`). A call before this one that
    /// waited takes effect if there was more output since, in frames or elsewhere (`is_fresh`).
    ///
    /// # Errors
    /// The errno with which the guest's request fails.
    fn clear(&self, _waits: bool, _is_fresh: bool) -> Result<(), Errno> {
        Ok(())
    }

    /// Receives a step of the host's work for the guest, with the bytes that are done and those of the whole step.
    fn progress(&self, _step: &str, _done: Option<u64>, _total: Option<u64>) {}

    /// Whether the run is to end, because of its deadline or a cancel. Work of the host for the guest ends then.
    fn is_stopping(&self) -> bool {
        false
    }
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
