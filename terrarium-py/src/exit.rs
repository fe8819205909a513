//! The end of Python: threads that are not the interpreter's own must not come back to it then.
//!
//! A thread that is at work without holding the interpreter, and wants it back while it is being taken down, is ended by
//! Python on the spot (before 3.14): its stack is unwound through Rust, which aborts the process. So from a certain
//! moment on such threads stay where they are, until the process is gone; those that were on their way are waited for.

use std::{
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, ThreadId},
    time::Duration,
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
pub(crate) fn call<T>(work: impl FnOnce() -> T) -> T {
    end().returning += 1;
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
    let mut end = end();
    if end.by.is_none_or(|by| by == thread::current().id()) {
        end.returning += 1;
        return;
    }
    drop(end);
    loop {
        thread::park();
    }
}

/// The interpreter ends. Called when it begins to, on its main thread.
#[pyfunction]
pub(crate) fn shut_down(py: Python<'_>) {
    end().by = Some(thread::current().id());
    py.detach(|| {
        let waited = ARRIVED.wait_timeout_while(end(), PATIENCE, |end| end.returning > 0);
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    });
}
