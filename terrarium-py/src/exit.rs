//! The end of Python: foreign threads must not return to the interpreter then.
//!
//! Before 3.14, Python ends a thread that works without the interpreter and reacquires it during finalisation: it
//! unwinds the thread's stack through Rust, which aborts the process. From a certain moment on, such threads therefore
//! stay where they are until the process is gone. The end waits for threads that were already returning.

use std::{
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, ThreadId},
    time::{Duration, Instant},
};

use pyo3::prelude::*;

/// The longest wait for threads that were already returning.
const PATIENCE: Duration = Duration::from_secs(1);

struct End {
    /// The thread that finalises the interpreter, once that has begun.
    by: Option<ThreadId>,
    /// The number of threads that are returning, or are in Python code called from here.
    returning: usize,
}

static END: Mutex<End> = Mutex::new(End { by: None, returning: 0 });
static ARRIVED: Condvar = Condvar::new();

fn end() -> MutexGuard<'static, End> {
    END.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Does `work` without holding the interpreter.
pub(crate) fn detach<T: Send>(py: Python<'_>, work: impl FnOnce() -> T + Send) -> T {
    let result = py.detach(|| {
        let result = work();
        set_out();
        result
    });
    arrive();
    result
}

/// Does `work` with the interpreter on a thread that is not Python's.
pub(crate) fn attach<T>(work: impl FnOnce(Python<'_>) -> T) -> T {
    set_out();
    let result = Python::attach(work);
    arrive();
    result
}

/// Calls Python code, which also releases and reacquires the interpreter.
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
    if end.by.is_some() {
        ARRIVED.notify_all();
    }
}

/// Waits until the thread may return to the interpreter, or for ever while the interpreter ends.
fn set_out() {
    if !is_let_in() {
        stay_out();
    }
}

/// Whether the thread may return to the interpreter; if so, it counts as returning.
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

/// Begins the end of the interpreter. Called on the main thread when finalisation begins.
#[pyfunction]
pub(crate) fn shut_down(py: Python<'_>) {
    let until = Instant::now() + PATIENCE;
    end().by = Some(thread::current().id());
    // A thread may have returned and left again before this one held the interpreter. While this one holds it, none
    // can.
    while end().returning > 0 && Instant::now() < until {
        py.detach(|| {
            let rest = until.saturating_duration_since(Instant::now());
            let waited = ARRIVED.wait_timeout_while(end(), rest, |end| end.returning > 0);
            drop(waited.unwrap_or_else(PoisonError::into_inner));
        });
    }
}
