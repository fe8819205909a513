//! `Session`: what the class of the same name in Python holds.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use pyo3::{
    exceptions::{PyRuntimeError, PyValueError},
    prelude::*,
    types::{PyBytes, PyDict},
};
use terrarium_core::{Error, Result};

use crate::{
    error::raised,
    exit,
    gate::{self, Stop},
    options::{self, Run},
    python,
    result::Outcome,
};

/// An interpreter that keeps its state. The class in Python lets one thread in at a time.
#[pyclass(frozen, module = "terrarium._native")]
pub(crate) struct Session {
    slot: Arc<Mutex<Slot>>,
    /// Whether a call has not returned yet that runs code, and may be calling listeners.
    is_running: AtomicBool,
}

/// The interpreter, until it is closed.
type Slot = Option<terrarium_core::Session>;

/// A call that runs code, until it returns.
struct Turn<'a>(&'a AtomicBool);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

impl Session {
    pub(crate) fn new(session: terrarium_core::Session) -> Self {
        Self { slot: Arc::new(Mutex::new(Some(session))), is_running: AtomicBool::new(false) }
    }

    /// Do something that does not take long.
    fn ask<T: Send>(
        &self,
        py: Python<'_>,
        question: impl FnOnce(&mut terrarium_core::Session) -> Result<T> + Send,
    ) -> PyResult<T> {
        let _turn = self.enter()?;
        let mut slot = self.slot.lock().unwrap_or_else(PoisonError::into_inner);
        let session = slot.as_mut().ok_or_else(closed)?;
        exit::detach(py, move || question(session)).map_err(|error| raised(py, error))
    }

    fn enter(&self) -> PyResult<Turn<'_>> {
        if self.is_running.swap(true, Ordering::Acquire) {
            let reason = "the session is running code: what that code calls back cannot use the session itself";
            return Err(PyRuntimeError::new_err(reason));
        }
        Ok(Turn(&self.is_running))
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
        code: String,
        json: Option<&str>,
        rest: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Outcome> {
        let _turn = self.enter()?;
        if self.slot.lock().unwrap_or_else(PoisonError::into_inner).is_none() {
            return Err(closed());
        }
        let mut run = Run::new(py, json, rest)?;
        let (shared, stop, listeners) = (Arc::clone(&self.slot), Stop::Cancel(run.cancel()), run.take_listeners());
        let work = move |tell| {
            let mut slot = shared.lock().unwrap_or_else(PoisonError::into_inner);
            match slot.as_mut() {
                Some(session) => session.execute_with(&code, run.into_options(&tell)),
                None => Err(Error::engine(CLOSED)),
            }
        };
        gate::run(py, is_main, &listeners, stop, work).map(Outcome::new)
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

    /// The files below the home folder, as JSON.
    fn list_files(&self, py: Python<'_>) -> PyResult<String> {
        python::json(&self.ask(py, terrarium_core::Session::list_files)?)
    }

    /// The contents of all files below the home folder, by path.
    fn all_files<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let files = PyDict::new(py);
        for (path, content) in self.ask(py, terrarium_core::Session::all_files)? {
            files.set_item(path, PyBytes::new(py, &content))?;
        }
        Ok(files)
    }

    /// Start over.
    fn reset(&self, py: Python<'_>) -> PyResult<()> {
        self.ask(py, terrarium_core::Session::reset)
    }

    /// Forget the names that the code made.
    fn reset_globals(&self, py: Python<'_>) -> PyResult<()> {
        self.ask(py, terrarium_core::Session::reset_globals)
    }

    /// Whether code can run, as JSON.
    fn check(&self, py: Python<'_>, code: &str) -> PyResult<String> {
        python::json(&self.ask(py, |session| session.check(code))?)
    }

    /// What could stand at the cursor, as JSON.
    fn complete(&self, py: Python<'_>, code: &str, cursor: usize) -> PyResult<String> {
        python::json(&self.ask(py, |session| session.complete(code, cursor))?)
    }

    /// Give the interpreter up.
    fn close(&self, py: Python<'_>) -> PyResult<()> {
        let _turn = self.enter()?;
        let session = self.slot.lock().unwrap_or_else(PoisonError::into_inner).take();
        exit::detach(py, || drop(session));
        Ok(())
    }

    /// Whether it was given up.
    fn is_closed(&self) -> bool {
        self.slot.try_lock().is_ok_and(|slot| slot.is_none())
    }
}

const CLOSED: &str = "the session is closed";

fn closed() -> PyErr {
    PyValueError::new_err(CLOSED)
}
