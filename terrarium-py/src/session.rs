//! `Session`: the native part of the class of this name in Python.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError},
    time::Duration,
};

use pyo3::{
    exceptions::PyValueError,
    prelude::*,
    types::{PyBytes, PyDict, PyString},
};
use terrarium_core::{Error, Result};

use crate::{
    error::raised,
    exit,
    options::{self, Run},
    python,
    result::Outcome,
};

/// An interpreter that keeps its state.
///
/// It has two guards. The class in Python has a lock that admits one thread at a time and lets Ctrl+C reach waiting
/// threads. The slot here keeps out the thread that already has the lock: a function that receives output must not use
/// its own session.
#[pyclass(frozen, module = "terrarium._native")]
pub(crate) struct Session(Arc<Mutex<Slot>>, Option<Duration>);

struct Slot {
    /// The interpreter, until it is closed.
    session: Option<terrarium_core::Session>,
    /// Whether a call has not returned yet. The slot is locked while a call runs code; the call may call functions
    /// after that.
    is_in_use: bool,
}

/// A call, until it returns.
struct Turn<'a>(&'a Mutex<Slot>);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        locked(self.0).is_in_use = false;
    }
}

impl Session {
    /// Wraps a session of a sandbox with this timeout.
    pub(crate) fn new(session: terrarium_core::Session, timeout: Option<Duration>) -> Self {
        Self(Arc::new(Mutex::new(Slot { session: Some(session), is_in_use: false })), timeout)
    }

    /// Does short work.
    fn ask<T: Send>(
        &self,
        py: Python<'_>,
        question: impl FnOnce(&mut terrarium_core::Session) -> Result<T> + Send,
    ) -> PyResult<T> {
        let _turn = self.enter()?;
        let mut slot = locked(&self.0);
        let session = slot.session.as_mut().ok_or_else(closed)?;
        exit::detach(py, move || question(session)).map_err(|error| raised(py, error))
    }

    fn enter(&self) -> PyResult<Turn<'_>> {
        let slot = match self.0.try_lock() {
            Ok(slot) => Some(slot),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        };
        match slot {
            Some(mut slot) if !slot.is_in_use => slot.is_in_use = true,
            _ => {
                return Err(busy());
            }
        }
        Ok(Turn(&self.0))
    }
}

#[pymethods]
impl Session {
    /// Run code.
    #[pyo3(signature = (is_main, code, json=None, rest=None))]
    fn execute(
        &self,
        py: Python<'_>,
        is_main: bool,
        code: &Bound<'_, PyString>,
        json: Option<&str>,
        rest: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Outcome> {
        let code = python::text("code", code)?;
        let _turn = self.enter()?;
        if locked(&self.0).session.is_none() {
            return Err(closed());
        }
        let shared = Arc::clone(&self.0);
        Run::execute(py, is_main, json, rest, self.1, move |options| match locked(&shared).session.as_mut() {
            Some(session) => session.execute_with(&code, options),
            None => Err(Error::engine(CLOSED)),
        })
    }

    /// Write a file.
    fn write_file(&self, py: Python<'_>, path: &str, content: &Bound<'_, PyAny>) -> PyResult<()> {
        let content = options::bytes(content)?;
        self.ask(py, |session| session.write_file(path, content))
    }

    /// Read a file.
    fn read_file<'py>(&self, py: Python<'py>, path: &str) -> PyResult<Bound<'py, PyBytes>> {
        self.ask(py, |session| session.read_file(path)).map(|content| PyBytes::new(py, &content))
    }

    /// Remove a file.
    fn remove_file(&self, py: Python<'_>, path: &str) -> PyResult<()> {
        self.ask(py, |session| session.remove_file(path))
    }

    /// Return the files below the home folder as JSON.
    fn list_files(&self, py: Python<'_>) -> PyResult<String> {
        python::json(&self.ask(py, terrarium_core::Session::list_files)?)
    }

    /// Return the contents of all files below the home folder, by path.
    fn all_files<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        python::files(py, &self.ask(py, terrarium_core::Session::all_files)?)
    }

    /// Start over.
    fn reset(&self, py: Python<'_>) -> PyResult<()> {
        self.ask(py, terrarium_core::Session::reset)
    }

    /// Forget the names that the code made.
    fn reset_globals(&self, py: Python<'_>) -> PyResult<()> {
        self.ask(py, terrarium_core::Session::reset_globals)
    }

    /// Return whether code can run, as JSON.
    fn check(&self, py: Python<'_>, code: &str) -> PyResult<String> {
        python::json(&self.ask(py, |session| session.check(code))?)
    }

    /// Return the possible completions at the cursor as JSON.
    fn complete(&self, py: Python<'_>, code: &str, cursor: usize) -> PyResult<String> {
        python::json(&self.ask(py, |session| session.complete(code, cursor))?)
    }

    /// Free the interpreter.
    fn close(&self, py: Python<'_>) -> PyResult<()> {
        let _turn = self.enter()?;
        let session = locked(&self.0).session.take();
        exit::detach(py, || drop(session));
        Ok(())
    }

    /// Whether it was freed.
    fn is_closed(&self) -> bool {
        self.0.try_lock().is_ok_and(|slot| slot.session.is_none())
    }
}

fn locked(slot: &Mutex<Slot>) -> MutexGuard<'_, Slot> {
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}

const CLOSED: &str = "the session is closed";

/// Returns the error for a function that the session's code waits for.
fn busy() -> PyErr {
    let reason = "the session is running code: a function that receives its output cannot use the session";
    Python::attach(|py| {
        let made = python::errors(py).and_then(|errors| errors.getattr("SessionBusyError")?.call1((reason,)));
        made.map_or_else(|error| error, PyErr::from_value)
    })
}

fn closed() -> PyErr {
    PyValueError::new_err(CLOSED)
}
