//! The watchdog: one thread for the process, which sleeps until the next deadline of a run.

use std::{
    cmp::Reverse,
    collections::BinaryHeap,
    sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError, Weak},
    time::Instant,
};

use super::interrupt::{Interrupt, Reason};

/// The thread that wakes at deadlines.
pub(super) struct Watchdog {
    queue: Mutex<Queue>,
    changed: Condvar,
}

#[derive(Default)]
struct Queue {
    entries: BinaryHeap<Reverse<Deadline>>,
    /// Orders entries of the same instant.
    sequence: u64,
    running: bool,
}

struct Deadline {
    at: Instant,
    sequence: u64,
    interrupt: Weak<Interrupt>,
    run: u64,
    purpose: Purpose,
}

/// The action at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// The run ends.
    Stop,
    /// The alarm that the guest has set goes off.
    Alarm,
}

impl PartialEq for Deadline {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Deadline {}

impl PartialOrd for Deadline {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Deadline {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.sequence).cmp(&(other.at, other.sequence))
    }
}

/// Returns the watchdog of the process.
pub(super) fn watchdog() -> &'static Watchdog {
    static WATCHDOG: OnceLock<Watchdog> = OnceLock::new();
    WATCHDOG.get_or_init(|| Watchdog { queue: Mutex::default(), changed: Condvar::new() })
}

impl Watchdog {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn ensure_running(&'static self) -> std::io::Result<()> {
        let mut queue = self.lock();
        if !queue.running {
            let thread = std::thread::Builder::new().name("terrarium-watchdog".into()).stack_size(256 << 10);
            thread.spawn(|| self.run())?;
            queue.running = true;
        }
        Ok(())
    }

    pub(super) fn watch(&self, at: Instant, interrupt: &Arc<Interrupt>, run: u64, purpose: Purpose) {
        let mut queue = self.lock();
        queue.sequence += 1;
        let sequence = queue.sequence;
        let soonest = queue.entries.peek().is_none_or(|Reverse(first)| at < first.at);
        queue.entries.push(Reverse(Deadline { at, sequence, interrupt: Arc::downgrade(interrupt), run, purpose }));
        // Thousands of short runs with long timeouts would fill the queue with expired entries.
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
                        match entry.purpose {
                            Purpose::Stop => interrupt.stop(Reason::Timeout, Some(entry.run)),
                            Purpose::Alarm => interrupt.ring(entry.run),
                        }
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

impl Deadline {
    fn is_current(&self) -> bool {
        self.interrupt.upgrade().is_some_and(|interrupt| interrupt.is_watched(self.run))
    }
}
