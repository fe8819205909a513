//! The core's errors as the exceptions of `terrarium._errors`.

use pyo3::{prelude::*, types::PyDict};
use terrarium_core::Error;

use crate::{exit, python};

/// The exception that stands for an error of the core.
pub(crate) fn raised(py: Python<'_>, error: Error) -> PyErr {
    made(py, &error).unwrap_or_else(|problem| problem)
}

fn made(py: Python<'_>, error: &Error) -> PyResult<PyErr> {
    let fields = PyDict::new(py);
    let class = match error {
        Error::InvalidOption { name, reason } => {
            fields.set_item("name", name)?;
            fields.set_item("reason", reason)?;
            "InvalidOptionError"
        }
        Error::InvalidPath { path, reason } => {
            fields.set_item("path", path)?;
            fields.set_item("reason", reason)?;
            "InvalidPathError"
        }
        Error::File { path, reason } => {
            fields.set_item("path", path)?;
            fields.set_item("reason", reason)?;
            "SandboxFileError"
        }
        Error::TooLarge { what, option, limit, used } => {
            fields.set_item("what", what)?;
            fields.set_item("option", option)?;
            fields.set_item("limit", limit)?;
            fields.set_item("used", used)?;
            "TooLargeError"
        }
        Error::Package(_) => "PackageError",
        Error::Image { path, reason } => {
            fields.set_item("path", path.to_string_lossy())?;
            fields.set_item("reason", reason)?;
            "ImageError"
        }
        Error::Cache { path, reason } => {
            fields.set_item("path", path.to_string_lossy())?;
            fields.set_item("reason", reason)?;
            "CacheError"
        }
        Error::Forked => "ForkedError",
        Error::Artifacts(_) => "ArtifactsError",
        Error::Start(_) => "StartError",
        Error::Engine(_) => "EngineError",
        _ => "TerrariumError",
    };
    instance(py, class, &error.to_string(), &fields)
}

/// An option that the core does not take.
pub(crate) fn invalid_option(py: Python<'_>, name: &str, reason: &str) -> PyErr {
    let make = || {
        let fields = PyDict::new(py);
        fields.set_item("name", name)?;
        fields.set_item("reason", reason)?;
        instance(py, "InvalidOptionError", &format!("option `{name}`: {reason}"), &fields)
    };
    make().unwrap_or_else(|problem| problem)
}

fn instance(py: Python<'_>, class: &str, message: &str, fields: &Bound<'_, PyDict>) -> PyResult<PyErr> {
    let exception = exit::call(py, || python::errors(py)?.getattr(class)?.call((message,), Some(fields)))?;
    Ok(PyErr::from_value(exception))
}
