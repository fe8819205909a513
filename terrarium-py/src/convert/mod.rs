//! Values: Python objects as the core's, and back.
//!
//! What is built into Python is converted here; the kinds of the standard library, of numpy and of pandas in Python, by
//! `terrarium._values`, which knows them as a kind and its parts.

mod from_python;
mod to_python;

use std::collections::BTreeMap;

use pyo3::{prelude::*, types::PyAny};
use terrarium_core::Value;

use crate::exit;

/// The Python object that a value stands for. Never fails because of what the guest has sent.
pub(crate) fn object<'py>(py: Python<'py>, value: &Value) -> PyResult<Bound<'py, PyAny>> {
    // Kinds, keys of dicts and items of sets may be classes of Python code.
    exit::call(py, || to_python::object(py, value))
}

/// The inputs of a run, from a dict. A `TypeError` or `ValueError` names the one that cannot be given.
pub(crate) fn inputs(given: &Bound<'_, PyAny>) -> PyResult<BTreeMap<String, Value>> {
    exit::call(given.py(), || from_python::inputs(given))
}
