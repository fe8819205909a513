//! The package's own modules, looked up once; forms that several classes share; facts about the library.

use std::collections::BTreeMap;

use pyo3::{
    exceptions::PyValueError,
    prelude::*,
    sync::PyOnceLock,
    types::{PyBytes, PyDict, PyString},
};
use terrarium_core::Bytes;

use crate::error::raised;

static VALUES: PyOnceLock<Py<PyModule>> = PyOnceLock::new();
static ERRORS: PyOnceLock<Py<PyModule>> = PyOnceLock::new();
static FUNCTIONS: PyOnceLock<Py<PyModule>> = PyOnceLock::new();

/// Returns `terrarium._values`: the kinds of values that are not built into Python.
pub(crate) fn values(py: Python<'_>) -> PyResult<&Bound<'_, PyModule>> {
    module(py, &VALUES, "terrarium._values")
}

/// Returns `terrarium._functions`: the calls of the caller's functions.
pub(crate) fn functions(py: Python<'_>) -> PyResult<&Bound<'_, PyModule>> {
    module(py, &FUNCTIONS, "terrarium._functions")
}

/// Returns `terrarium._errors`: the exceptions.
pub(crate) fn errors(py: Python<'_>) -> PyResult<&Bound<'_, PyModule>> {
    module(py, &ERRORS, "terrarium._errors")
}

fn module<'py>(
    py: Python<'py>,
    cell: &'static PyOnceLock<Py<PyModule>>,
    name: &str,
) -> PyResult<&'py Bound<'py, PyModule>> {
    let module = cell.get_or_try_init(py, || PyModule::import(py, name).map(Bound::unbind))?;
    Ok(module.bind(py))
}

/// Return the versions of the library and its parts as JSON.
#[pyfunction]
pub(crate) fn about(py: Python<'_>) -> PyResult<String> {
    let about = terrarium_core::About::new().map_err(|error| raised(py, error))?;
    json(&about)
}

/// Returns the text of the argument `name`, which UTF-8 must be able to hold.
pub(crate) fn text(name: &str, given: &Bound<'_, PyString>) -> PyResult<String> {
    given
        .to_str()
        .map(str::to_owned)
        .map_err(|_| PyValueError::new_err(format!("{name}: the text has a lone surrogate, which UTF-8 cannot hold")))
}

/// Returns the JSON text of one of the core's types.
pub(crate) fn json(value: &impl serde::Serialize) -> PyResult<String> {
    serde_json::to_string(value).map_err(|error| PyValueError::new_err(error.to_string()))
}

/// Parses one of the core's types, whose JSON the package's own Python has written.
pub(crate) fn parsed<T: serde::de::DeserializeOwned>(text: &str) -> PyResult<T> {
    serde_json::from_str(text).map_err(|error| PyValueError::new_err(error.to_string()))
}

/// Returns contents by path.
pub(crate) fn files<'py>(py: Python<'py>, files: &BTreeMap<String, Bytes>) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    for (path, content) in files {
        dict.set_item(path, PyBytes::new(py, content))?;
    }
    Ok(dict)
}
