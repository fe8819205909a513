//! One measurement: the delay of a stop, and how much of it was waiting for a processor.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use terrarium_core::Status;

/// The end of one run.
pub(crate) struct Stop {
    /// The time between the deadline and the return of the call.
    pub(crate) late: Duration,
    /// The part of it in which the run's thread and the watchdog could run and had no processor.
    pub(crate) waited: Duration,
    /// The way in which the run ended.
    pub(crate) way: String,
}

/// Runs `work`, which should end after `timeout`, and measures its delay. `work` returns the way in which it ended.
pub(crate) fn stop(timeout: Duration, work: impl FnOnce() -> String) -> Stop {
    let worker =
        fs::read_link("/proc/thread-self").map_or_else(|_| PathBuf::new(), |path| Path::new("/proc").join(path));
    let (done, ended) = mpsc::channel::<()>();
    let started = Instant::now();
    thread::scope(|scope| {
        let observer = scope.spawn(|| {
            let ended = ended;
            // The processes' times at the deadline, unless the run has ended before.
            match ended.recv_timeout(timeout) {
                Err(mpsc::RecvTimeoutError::Timeout) => Some(waiting(&worker)),
                _ => None,
            }
        });
        let way = work();
        let late = started.elapsed().saturating_sub(timeout);
        let after = waiting(&worker);
        drop(done);
        let before = observer.join().expect("the observer");
        Stop { late, waited: before.map_or(Duration::ZERO, |before| after.saturating_sub(before)).min(late), way }
    })
}

/// Returns the time for which a thread and the watchdog have waited for a processor so far. Systems other than Linux do
/// not report it.
fn waiting(worker: &Path) -> Duration {
    let of = |thread: &Path| {
        let text = fs::read_to_string(thread.join("schedstat")).unwrap_or_default();
        let waited = text.split_whitespace().nth(1).and_then(|number| number.parse().ok());
        Duration::from_nanos(waited.unwrap_or(0))
    };
    let threads = fs::read_dir("/proc/self/task").into_iter().flatten().flatten().map(|entry| entry.path());
    let is_watchdog = |thread: &PathBuf| {
        fs::read_to_string(thread.join("comm")).is_ok_and(|name| name.starts_with("terrarium-watch"))
    };
    threads.filter(is_watchdog).map(|thread| of(&thread)).sum::<Duration>() + of(worker)
}

/// Returns a status as a word of the table.
pub(crate) fn word(status: Status) -> &'static str {
    match status {
        Status::Success => "success",
        Status::Error => "error",
        Status::Timeout => "timeout",
        Status::Cancelled => "cancelled",
        Status::MemoryExceeded => "memory",
        Status::Crashed => "crashed",
        _ => "other",
    }
}
