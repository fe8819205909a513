//! `CancelHandle` for Python.

use crate::exit;
use pyo3::prelude::*;

/// Stops the runs that have this handle, from any thread.
///
/// A used handle stays used: a later run with it ends at once.
///
/// >>> cancel = terrarium.CancelHandle()
/// >>> cancel.cancel()
/// >>> terrarium.Sandbox().execute("while True: pass", cancel=cancel).status
/// <Status.CANCELLED: 'cancelled'>
#[pyclass(frozen, module = "terrarium")]
#[derive(Default)]
pub(crate) struct CancelHandle(pub(crate) terrarium_core::CancelHandle);

#[pymethods]
impl CancelHandle {
    #[new]
    fn new() -> Self {
        Self::default()
    }

    /// Stop the runs that have this handle, and later ones that get it. The call does not wait for their end.
    fn cancel(&self, py: Python<'_>) {
        exit::detach(py, || self.0.cancel());
    }

    /// Call a function. When this handle is used, compiling in it ends at the next function.
    fn _guard(&self, py: Python<'_>, function: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        self.0.guard(|| exit::call(py, || function.call0())).map(Bound::unbind)
    }

    /// Return a separate handle that is used when this one is.
    ///
    /// >>> every = terrarium.CancelHandle()
    /// >>> one = every.child()
    /// >>> every.cancel()
    /// >>> one.is_cancelled
    /// True
    fn child(&self) -> Self {
        Self(self.0.child())
    }

    /// Whether `cancel` was called.
    #[getter]
    fn is_cancelled(&self) -> bool {
        self.0.is_cancelled()
    }

    fn __repr__(&self) -> String {
        let cancelled = if self.0.is_cancelled() { "True" } else { "False" };
        format!("<CancelHandle is_cancelled={cancelled}>")
    }
}
