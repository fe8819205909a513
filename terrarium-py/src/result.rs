//! `Outcome`: the core's result, from which the Python class `ExecutionResult` reads its attributes.

use pyo3::{
    exceptions::PyValueError,
    prelude::*,
    types::{PyBytes, PyDict},
};
use terrarium_core::ExecutionResult;

use crate::{convert, exit, functions, python};

/// The outcome of a run. Each attribute is converted at every read.
#[pyclass(frozen, module = "terrarium._native")]
pub(crate) struct Outcome(Box<ExecutionResult>);

impl Outcome {
    pub(crate) fn new(result: ExecutionResult) -> Self {
        Self(Box::new(result))
    }
}

#[pymethods]
impl Outcome {
    /// Read the core's JSON form.
    #[staticmethod]
    fn from_json(json: &str) -> PyResult<Self> {
        serde_json::from_str(json).map(Self::new).map_err(|error| PyValueError::new_err(error.to_string()))
    }

    /// Return the core's JSON form.
    fn to_json(&self, py: Python<'_>) -> PyResult<String> {
        exit::detach(py, || serde_json::to_string(&self.0)).map_err(|error| PyValueError::new_err(error.to_string()))
    }

    /// The JSON form of `status`, without its quotes.
    #[getter]
    fn status(&self) -> PyResult<String> {
        Ok(python::json(&self.0.status)?.trim_matches('"').to_owned())
    }

    #[getter]
    fn has_value(&self) -> bool {
        self.0.final_expression.is_some()
    }

    #[getter]
    fn final_expression<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.0.final_expression.as_ref().map(|value| convert::object(py, value)).transpose()
    }

    #[getter]
    fn final_repr(&self) -> Option<&str> {
        self.0.final_repr.as_deref()
    }

    #[getter]
    fn final_repr_truncated(&self) -> bool {
        self.0.final_repr_truncated
    }

    #[getter]
    fn outputs<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let outputs = PyDict::new(py);
        for (name, value) in &self.0.outputs {
            outputs.set_item(name, convert::object(py, value)?)?;
        }
        Ok(outputs)
    }

    #[getter]
    fn stdout(&self) -> &str {
        &self.0.stdout
    }

    #[getter]
    fn stdout_bytes<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyBytes>> {
        self.0.stdout_bytes.as_ref().map(|bytes| PyBytes::new(py, bytes))
    }

    #[getter]
    fn stdout_truncated(&self) -> bool {
        self.0.stdout_truncated
    }

    #[getter]
    fn stderr(&self) -> &str {
        &self.0.stderr
    }

    #[getter]
    fn stderr_bytes<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyBytes>> {
        self.0.stderr_bytes.as_ref().map(|bytes| PyBytes::new(py, bytes))
    }

    #[getter]
    fn stderr_truncated(&self) -> bool {
        self.0.stderr_truncated
    }

    #[getter]
    fn output_files<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        python::files(py, &self.0.output_files)
    }

    #[getter]
    fn deleted_files(&self) -> Vec<String> {
        self.0.deleted_files.clone()
    }

    /// As JSON.
    #[getter]
    fn displays(&self) -> PyResult<String> {
        python::json(&self.0.displays)
    }

    /// As JSON.
    #[getter]
    fn error(&self) -> PyResult<Option<String>> {
        self.0.error.as_ref().map(python::json).transpose()
    }

    #[getter]
    fn exit_code(&self) -> Option<i32> {
        self.0.exit_code
    }

    #[getter]
    fn session_lost(&self) -> bool {
        self.0.session_lost
    }

    /// As JSON.
    #[getter]
    fn host_calls(&self) -> PyResult<String> {
        python::json(&self.0.host_calls)
    }

    /// As JSON.
    #[getter]
    fn journal(&self) -> PyResult<Option<String>> {
        self.0.journal.as_ref().map(python::json).transpose()
    }

    /// The exceptions that host functions raised, by the numbers of the calls.
    #[getter]
    fn exceptions<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let exceptions = PyDict::new(py);
        for call in &self.0.host_calls {
            if let Some(exception) = functions::exception(py, call) {
                exceptions.set_item(call.id, exception)?;
            }
        }
        Ok(exceptions)
    }

    /// As JSON.
    #[getter]
    fn metrics(&self) -> PyResult<String> {
        python::json(&self.0.metrics)
    }
}
