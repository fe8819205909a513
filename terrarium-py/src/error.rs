//! The core's errors as the exceptions of `terrarium._errors`.

use pyo3::{exceptions::PyTypeError, prelude::*, types::PyDict};
use terrarium_core::Error;

use crate::{exit, python};

/// The exception that stands for an error of the core.
pub(crate) fn raised(py: Python<'_>, error: Error) -> PyErr {
    made(py, &error).unwrap_or_else(|problem| problem)
}

fn made(py: Python<'_>, error: &Error) -> PyResult<PyErr> {
    let details = error.details();
    let (option, reason) = (details.option.unwrap_or_default(), details.reason.as_deref().unwrap_or_default());
    match details.problem {
        Some("unknown") => return Ok(PyTypeError::new_err(format!("unknown option '{option}': {reason}"))),
        Some("wrong_type") => return Ok(PyTypeError::new_err(format!("option '{option}': {reason}"))),
        _ => {}
    }
    let class = match error.code() {
        "invalid_option" => "InvalidOptionError",
        "invalid_path" => "InvalidPathError",
        "file" => "SandboxFileError",
        "too_large" => "TooLargeError",
        "image" | "bare_image_already_set" => "ImageError",
        "cache" => "CacheError",
        "forked" => "ForkedError",
        "artifacts" => "ArtifactsError",
        "start" => "StartError",
        "engine" => "EngineError",
        code if code.starts_with("package_") => "PackageError",
        _ => "TerrariumError",
    };
    let fields = PyDict::new(py);
    fields.set_item("code", error.code())?;
    fields.set_item("name", &option)?;
    fields.set_item("reason", reason)?;
    let (path, errno, package, url) = (details.path, details.errno, details.package, details.url);
    let texts = [("option", Some(option)), ("path", path), ("package", package), ("url", url)];
    for (name, text) in texts.into_iter().chain([("errno", errno.map(str::to_owned))]) {
        if let Some(text) = text {
            fields.set_item(name, text)?;
        }
    }
    for (name, number) in [("limit", details.limit), ("used", details.used)] {
        if let Some(number) = number {
            fields.set_item(name, number)?;
        }
    }
    instance(py, class, &error.to_string(), &fields)
}

fn instance(py: Python<'_>, class: &str, message: &str, fields: &Bound<'_, PyDict>) -> PyResult<PyErr> {
    let exception = exit::call(py, || python::errors(py)?.getattr(class)?.call((message,), Some(fields)))?;
    Ok(PyErr::from_value(exception))
}
