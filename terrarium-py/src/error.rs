//! The core's errors as the exceptions of `terrarium._errors`.

use pyo3::{prelude::*, types::PyDict};
use terrarium_core::{Error, PackageError, abi::Errno};

use crate::{exit, python};

/// The exception for an error of the core.
pub(crate) fn raised(py: Python<'_>, error: Error) -> PyErr {
    made(py, &error).unwrap_or_else(|problem| problem)
}

fn made(py: Python<'_>, error: &Error) -> PyResult<PyErr> {
    let fields = PyDict::new(py);
    let mut text = error.to_string();
    let code = match error {
        Error::InvalidOption { name, reason } => {
            fields.set_item("option", name)?;
            fields.set_item("reason", reason)?;
            "invalid_option"
        }
        Error::InvalidPath { path, reason } => {
            fields.set_item("path", path)?;
            fields.set_item("reason", reason)?;
            "invalid_path"
        }
        Error::File { path, reason } => {
            fields.set_item("path", path)?;
            fields.set_item("reason", reason)?;
            let errno = Errno::ALL.iter().find(|errno| errno.text() == reason);
            fields.set_item("errno", errno.map(|errno| errno.name()))?;
            "file"
        }
        Error::TooLarge { option, limit, used, .. } => {
            fields.set_item("option", option)?;
            fields.set_item("limit", limit)?;
            fields.set_item("used", used)?;
            "too_large"
        }
        Error::Package(error) => {
            if let PackageError::Unknown { name, .. } = error {
                text = text.replace(&format!("add it with `terrarium packages add {name}`, or "), "");
            }
            package(error, &fields)?
        }
        Error::Image { path, reason } => {
            fields.set_item("path", path.to_string_lossy())?;
            fields.set_item("reason", reason)?;
            "image"
        }
        Error::Cache { path, reason } => {
            fields.set_item("path", path.to_string_lossy())?;
            fields.set_item("reason", reason)?;
            "cache"
        }
        Error::Forked => "forked",
        Error::Artifacts(_) => "artifacts",
        Error::Start(_) => "start",
        Error::Engine(_) => "engine",
        _ => "unknown",
    };
    instance(py, code, &text, &fields)
}

fn package(error: &PackageError, fields: &Bound<'_, PyDict>) -> PyResult<&'static str> {
    let set_path = |path: &std::path::Path| fields.set_item("path", path.to_string_lossy());
    Ok(match error {
        PackageError::Unknown { name, .. } => {
            fields.set_item("package", name)?;
            "package_unknown"
        }
        PackageError::Absent { name, path, .. } => {
            fields.set_item("package", name)?;
            set_path(path)?;
            "package_absent"
        }
        PackageError::Platform { path, .. } => {
            set_path(path)?;
            "package_platform"
        }
        PackageError::Hash { path, .. } => {
            set_path(path)?;
            "package_hash"
        }
        PackageError::Damaged { path, .. } => {
            set_path(path)?;
            "package_damaged"
        }
        PackageError::Source { source_name, .. } => {
            fields.set_item("path", source_name)?;
            "package_source"
        }
        PackageError::Store { path, .. } => {
            set_path(path)?;
            "package_store"
        }
        PackageError::Download { url, .. } => {
            fields.set_item("url", url)?;
            "package_download"
        }
        _ => "package_damaged",
    })
}

/// The exception for an option that the core does not take.
pub(crate) fn invalid_option(py: Python<'_>, name: &str, reason: &str) -> PyErr {
    let make = || {
        let fields = PyDict::new(py);
        fields.set_item("option", name)?;
        fields.set_item("reason", reason)?;
        instance(py, "invalid_option", &format!("option `{name}`: {reason}"), &fields)
    };
    make().unwrap_or_else(|problem| problem)
}

fn instance(py: Python<'_>, code: &str, message: &str, fields: &Bound<'_, PyDict>) -> PyResult<PyErr> {
    let exception = exit::call(py, || python::errors(py)?.getattr("from_core")?.call1((code, message, fields)))?;
    Ok(PyErr::from_value(exception))
}
