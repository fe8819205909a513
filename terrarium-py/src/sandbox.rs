//! `Sandbox`: the native part of the class of this name in Python.

use pyo3::{
    prelude::*,
    types::{PyDict, PyString},
};

use crate::{
    error::raised,
    exit,
    gate::{self, Stop},
    image::Image,
    options::{self, Run},
    python,
    result::Outcome,
    session::Session,
};

/// A configuration that runs code.
#[pyclass(frozen, module = "terrarium._native")]
pub(crate) struct Sandbox(terrarium_core::Sandbox);

#[pymethods]
impl Sandbox {
    /// Make a sandbox from options: those with a JSON form, and a dict of the others.
    #[new]
    fn new(
        py: Python<'_>,
        is_main: bool,
        json: &str,
        rest: &Bound<'_, PyDict>,
        image: Option<&Bound<'_, Image>>,
    ) -> PyResult<Self> {
        let options = options::sandbox(py, json, rest)?;
        let image = image.map(|image| image.get().0.clone());
        let made = gate::run(py, is_main, &[], Stop::Abandon, move |_| match image {
            Some(image) => terrarium_core::Sandbox::on_image(image, options),
            None => terrarium_core::Sandbox::new(options),
        });
        made.map(Self)
    }

    /// Run code in a fresh interpreter.
    #[pyo3(signature = (is_main, code, json=None, rest=None))]
    fn execute(
        &self,
        py: Python<'_>,
        is_main: bool,
        code: &Bound<'_, PyString>,
        json: Option<&str>,
        rest: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Outcome> {
        let code = python::text("code", code)?;
        let sandbox = self.0.clone();
        let timeout = sandbox.options().timeout;
        Run::execute(py, is_main, json, rest, timeout, move |options| sandbox.execute_with(&code, options))
    }

    /// Prepare the packages that code imports.
    fn prepare_packages(&self, py: Python<'_>, is_main: bool, code: &Bound<'_, PyString>) -> PyResult<()> {
        let code = python::text("code", code)?;
        let sandbox = self.0.clone();
        gate::run(py, is_main, &[], Stop::Abandon, move |_| sandbox.prepare_packages(&code))
    }

    /// Start a session.
    fn session(&self, py: Python<'_>) -> PyResult<Session> {
        let session = exit::detach(py, || self.0.session()).map_err(|error| raised(py, error))?;
        Ok(Session::new(session, self.0.options().timeout))
    }

    /// Return all options, including defaults, as JSON.
    fn options(&self) -> PyResult<String> {
        python::json(self.0.options())
    }

    /// Return the declarations of the functions as text of a stub file.
    fn function_stubs(&self) -> String {
        self.0.function_stubs()
    }

    /// Return the option `file_bytes`.
    fn file_bytes(&self) -> u64 {
        self.0.options().file_bytes
    }

    /// Return the contents of the option `files`.
    fn files<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        python::files(py, &self.0.options().files)
    }
}
