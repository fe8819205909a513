//! The end of Python: threads that are not the interpreter's own must not come back to it then.
//!
//! A thread that is at work without holding the interpreter, and wants it back while it is being taken down, is ended by
//! Python on the spot (before 3.14): its stack is unwound through Rust, which aborts the process. So from a certain
//! moment on such threads stay where they are, until the process is gone; those that were on their way are waited for.

use std::{
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, ThreadId},
    time::{Duration, Instant},
};

use pyo3::prelude::*;

/// The longest that the end waits for threads that were on their way.
const PATIENCE: Duration = Duration::from_secs(1);

struct End {
    /// The thread that takes the interpreter down, once it has begun.
    by: Option<ThreadId>,
    /// How many threads are on their way back, or in Python code that was called from here.
    returning: usize,
}

static END: Mutex<End> = Mutex::new(End { by: None, returning: 0 });
static ARRIVED: Condvar = Condvar::new();

fn end() -> MutexGuard<'static, End> {
    END.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Do `work` without holding the interpreter.
pub(crate) fn detach<T: Send>(py: Python<'_>, work: impl FnOnce() -> T + Send) -> T {
    let result = py.detach(|| {
        let result = work();
        set_out();
        result
    });
    arrive();
    result
}

/// Call Python code, which lets other threads have the interpreter and wants it back, too.
pub(crate) fn call<T>(py: Python<'_>, work: impl FnOnce() -> T) -> T {
    if !is_let_in() {
        py.detach(stay_out);
    }
    let result = work();
    arrive();
    result
}

fn arrive() {
    let mut end = end();
    end.returning = end.returning.saturating_sub(1);
    ARRIVED.notify_all();
}

/// From here a thread returns to the interpreter, or never, when that is ending.
fn set_out() {
    if !is_let_in() {
        stay_out();
    }
}

/// Whether the thread may want the interpreter: it counts as one that does, then.
fn is_let_in() -> bool {
    let mut end = end();
    let is_let_in = end.by.is_none_or(|by| by == thread::current().id());
    end.returning += usize::from(is_let_in);
    is_let_in
}

fn stay_out() {
    loop {
        thread::park();
    }
}

/// The interpreter ends. Called when it begins to, on its main thread.
#[pyfunction]
pub(crate) fn shut_down(py: Python<'_>) {
    let until = Instant::now() + PATIENCE;
    end().by = Some(thread::current().id());
    // A thread may have arrived and set out again before this one had the interpreter back. While it has it, none can.
    while end().returning > 0 && Instant::now() < until {
        py.detach(|| {
            let rest = until.saturating_duration_since(Instant::now());
            let waited = ARRIVED.wait_timeout_while(end(), rest, |end| end.returning > 0);
            drop(waited.unwrap_or_else(PoisonError::into_inner));
        });
    }
}
