//! `Image`: the native part of the class of this name in Python.

use std::{
    cell::RefCell,
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use pyo3::prelude::*;
use terrarium_core::ImageOptions;

use crate::{
    cache,
    error::raised,
    exit,
    gate::{self, Heard, Stop},
    options, python,
};

/// A booted interpreter as a file.
#[pyclass(frozen, module = "terrarium._native")]
pub(crate) struct Image(pub(crate) terrarium_core::Image);

#[pymethods]
impl Image {
    /// Build an image from options in JSON; `progress` is called with the name of each step.
    #[staticmethod]
    fn build(py: Python<'_>, is_main: bool, json: &str, progress: Option<Py<PyAny>>) -> PyResult<Self> {
        let options: ImageOptions = options::read(py, json)?;
        let listeners: Vec<_> = progress.into_iter().collect();
        let has_listener = !listeners.is_empty();
        let work = move |tell: gate::Tell| {
            let last = RefCell::new(String::new());
            terrarium_core::Image::build_with(options, |step| {
                let text = step.to_string();
                if has_listener && last.replace(text.clone()) != text {
                    tell(0, Heard::Text(text));
                }
                ControlFlow::Continue(())
            })
        };
        gate::run(py, is_main, &listeners, Stop::Abandon, work).map(Self)
    }

    /// Open an image file.
    #[staticmethod]
    fn open(py: Python<'_>, path: PathBuf) -> PyResult<Self> {
        exit::detach(py, || terrarium_core::Image::open(path)).map(Self).map_err(|error| raised(py, error))
    }

    /// Write a file that can be moved to other machines.
    fn save(&self, py: Python<'_>, path: PathBuf) -> PyResult<()> {
        exit::detach(py, || self.0.save(path)).map_err(|error| raised(py, error))
    }

    /// Return the content of the image as JSON.
    fn info(&self) -> PyResult<String> {
        python::json(self.0.info())
    }
}

/// Start sandboxes without packages from the bare image that the package contains.
#[pyfunction]
pub(crate) fn set_bare_image(py: Python<'_>, path: PathBuf) -> PyResult<()> {
    terrarium_core::Image::set_bare(path).map_err(|error| raised(py, error))
}

/// Start sandboxes with the packages of a ready image from the folder of an installed package.
#[pyfunction]
pub(crate) fn add_ready_images(py: Python<'_>, path: PathBuf) -> PyResult<()> {
    terrarium_core::Image::add_ready(path).map_err(|error| raised(py, error))
}

/// Return the content of an image file as JSON.
#[pyfunction]
pub(crate) fn inspect_image(py: Python<'_>, path: PathBuf) -> PyResult<String> {
    let info = exit::detach(py, || terrarium_core::Image::inspect(path)).map_err(|error| raised(py, error))?;
    python::json(&info)
}

/// Return the images in a cache folder as JSON.
#[pyfunction]
pub(crate) fn list_images(py: Python<'_>, cache_dir: Option<PathBuf>) -> PyResult<String> {
    let list = || terrarium_core::Image::list(cache_dir.as_deref());
    let found = exit::detach(py, list).map_err(|error| raised(py, error))?;
    python::json(&found)
}

/// Remove images from a cache folder; return their paths.
#[pyfunction]
pub(crate) fn prune_images(
    py: Python<'_>,
    cache_dir: Option<PathBuf>,
    unused_for: Option<f64>,
) -> PyResult<Vec<PathBuf>> {
    let unused_for = cache::seconds(unused_for)?;
    let prune = || terrarium_core::Image::prune(cache_dir.as_deref().map(Path::new), unused_for);
    exit::detach(py, prune).map_err(|error| raised(py, error))
}
