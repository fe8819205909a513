//! `CacheFolder`: the native part of the class of this name in Python.

use std::{path::PathBuf, time::Duration};

use pyo3::{exceptions::PyValueError, prelude::*};

use crate::{error::raised, exit, python};

/// The cache folder.
#[pyclass(frozen, module = "terrarium._native")]
pub(crate) struct CacheFolder(terrarium_core::CacheFolder);

#[pymethods]
impl CacheFolder {
    /// Open a cache folder.
    #[new]
    fn new(py: Python<'_>, cache_dir: Option<PathBuf>) -> PyResult<Self> {
        let open = || terrarium_core::CacheFolder::open(cache_dir.as_deref());
        exit::detach(py, open).map(Self).map_err(|error| raised(py, error))
    }

    /// Return the folder.
    fn path(&self) -> PathBuf {
        self.0.path().to_owned()
    }

    /// Return the files as JSON.
    fn list(&self, py: Python<'_>) -> PyResult<String> {
        let listed = exit::detach(py, || self.0.list()).map_err(|error| raised(py, error))?;
        python::json(&listed)
    }

    /// Remove files; return the removed ones as JSON.
    fn prune(&self, py: Python<'_>, bytes: Option<u64>, unused_for: Option<f64>) -> PyResult<String> {
        let unused_for = seconds(unused_for)?;
        let removed = exit::detach(py, || self.0.prune(bytes, unused_for)).map_err(|error| raised(py, error))?;
        python::json(&removed)
    }

    /// Remove all files that can be made again; return the removed ones as JSON.
    fn clear(&self, py: Python<'_>) -> PyResult<String> {
        let removed = exit::detach(py, || self.0.clear()).map_err(|error| raised(py, error))?;
        python::json(&removed)
    }
}

/// Reads the argument `unused_for`.
pub(crate) fn seconds(unused_for: Option<f64>) -> PyResult<Option<Duration>> {
    let read = |seconds| {
        Duration::try_from_secs_f64(seconds).map_err(|error| PyValueError::new_err(format!("unused_for: {error}")))
    };
    unused_for.map(read).transpose()
}
