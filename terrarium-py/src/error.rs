//! The core's errors as exceptions, which `terrarium._errors` makes from their codes and details.

use pyo3::prelude::*;
use terrarium_core::Error;

use crate::{exit, python};

/// Makes the exception for an error of the core.
pub(crate) fn raised(py: Python<'_>, error: Error) -> PyErr {
    made(py, &error).unwrap_or_else(|problem| problem)
}

fn made(py: Python<'_>, error: &Error) -> PyResult<PyErr> {
    let parts = (error.code(), error.to_string(), python::json(&error.details())?);
    let exception = exit::call(py, || python::errors(py)?.getattr("from_core")?.call1(parts))?;
    Ok(PyErr::from_value(exception))
}
