//! `PackageStore`: the native part of the class of this name in Python.

use std::{ops::ControlFlow, path::PathBuf, sync::Arc};

use pyo3::prelude::*;
use terrarium_core::{DownloadProgress, PackageError, PackageRequest, StoredPackage};

use crate::{
    error::raised,
    exit,
    gate::{self, Heard, Stop},
    python,
};

/// The packages on this machine.
#[pyclass(frozen, module = "terrarium._native")]
pub(crate) struct PackageStore(Arc<terrarium_core::PackageStore>);

#[pymethods]
impl PackageStore {
    /// Open the store in a cache folder.
    #[new]
    fn new(py: Python<'_>, cache_dir: Option<PathBuf>) -> PyResult<Self> {
        let open = || terrarium_core::PackageStore::open(cache_dir.as_deref());
        exit::detach(py, open).map(|store| Self(Arc::new(store))).map_err(|error| raised(py, error))
    }

    /// Return the folder.
    fn path(&self) -> PathBuf {
        self.0.path().to_owned()
    }

    /// Return the packages as JSON.
    fn list(&self, py: Python<'_>) -> PyResult<String> {
        let listed = exit::detach(py, || self.0.list()).map_err(|error| raised(py, error.into()))?;
        python::json(&listed)
    }

    /// Download the packages of a request, which is JSON; return the new ones as JSON. `progress` is called with a file's name, the bytes that have
    /// arrived, and the bytes of the file.
    fn add(&self, py: Python<'_>, is_main: bool, request: &str, progress: Option<Py<PyAny>>) -> PyResult<String> {
        let request: PackageRequest = python::parsed(request)?;
        self.fetch(py, is_main, progress, move |store, progress| store.add(&request, progress))
    }

    /// Return the lock of the packages as the text of `pylock.toml`.
    fn pylock(&self, py: Python<'_>) -> PyResult<String> {
        exit::detach(py, || self.0.pylock()).map_err(|error| raised(py, error.into()))
    }

    /// Bring packages to their present versions; return the changed ones as JSON.
    fn update(
        &self,
        py: Python<'_>,
        is_main: bool,
        names: Vec<String>,
        progress: Option<Py<PyAny>>,
    ) -> PyResult<String> {
        self.fetch(py, is_main, progress, move |store, progress| store.update(&names, progress))
    }

    /// Remove packages; return the removed ones as JSON.
    fn remove(&self, py: Python<'_>, names: Vec<String>) -> PyResult<String> {
        let removed = exit::detach(py, || self.0.remove(&names)).map_err(|error| raised(py, error.into()))?;
        python::json(&removed)
    }
}

type Progress<'a> = &'a mut dyn FnMut(DownloadProgress<'_>) -> ControlFlow<()>;

impl PackageStore {
    fn fetch(
        &self,
        py: Python<'_>,
        is_main: bool,
        progress: Option<Py<PyAny>>,
        work: impl FnOnce(&terrarium_core::PackageStore, Progress<'_>) -> Result<Vec<StoredPackage>, PackageError>
        + Send
        + 'static,
    ) -> PyResult<String> {
        let store = Arc::clone(&self.0);
        let listeners: Vec<_> = progress.into_iter().collect();
        let fetched = gate::run(py, is_main, &listeners, Stop::Abandon, move |tell| {
            let mut report = |progress: DownloadProgress<'_>| {
                let DownloadProgress { file_name, done, total, all_done, all_total, .. } = progress;
                let file_name = file_name.to_owned();
                let is_awaited = tell(0, Heard::Download { file_name, done, total, all_done, all_total });
                if is_awaited { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            };
            Ok(work(&store, &mut report)?)
        })?;
        python::json(&fetched)
    }
}
