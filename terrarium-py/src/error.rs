//! The core's errors as the exceptions of `terrarium._errors`.

use pyo3::{prelude::*, types::PyDict};
use terrarium_core::{Error, ErrorDetails};

use crate::{exit, python};

/// The exception for an error of the core.
pub(crate) fn raised(py: Python<'_>, error: Error) -> PyErr {
    made(py, &error).unwrap_or_else(|problem| problem)
}

fn made(py: Python<'_>, error: &Error) -> PyResult<PyErr> {
    let ErrorDetails { option, problem, path, errno, limit, used, package, package_source, url, reason, .. } =
        error.details();
    let fields = PyDict::new(py);
    let texts = [
        ("option", option),
        ("problem", problem.map(str::to_owned)),
        ("path", path.or(package_source)),
        ("errno", errno.map(str::to_owned)),
        ("package", package),
        ("url", url),
        ("reason", reason),
    ];
    for (name, text) in texts {
        if let Some(text) = text {
            fields.set_item(name, text)?;
        }
    }
    for (name, number) in [("limit", limit), ("used", used)] {
        if let Some(number) = number {
            fields.set_item(name, number)?;
        }
    }
    let message = error.to_string();
    let make = || python::errors(py)?.getattr("from_core")?.call1((error.code(), message, fields));
    Ok(PyErr::from_value(exit::call(py, make)?))
}
