//! The command `terrarium`, which the wheel carries.

use std::ffi::OsString;

use pyo3::prelude::*;

use crate::exit;

/// Carry out a command line whose first argument is the program's name; return the exit code.
#[pyfunction]
pub(crate) fn command(py: Python<'_>, args: Vec<OsString>) -> i32 {
    exit::detach(py, || terrarium_cli::run(args))
}
