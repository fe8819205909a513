//! Options from Python: JSON text for values with a JSON form, and a dict for the others.
//!
//! The core's own types read the JSON, so names, forms and defaults are the core's.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use pyo3::{
    exceptions::PyTypeError,
    prelude::*,
    types::{PyBytes, PyDict},
};
use terrarium_core::{
    Bytes, CallContext, Event, ExecuteOptions, ExecutionResult, JsonOptions, SandboxOptions, Stdin, StreamCallback,
};

use crate::{
    cancel::CancelHandle,
    convert, error, functions,
    gate::{self, Heard, Stop, Tell},
    result::Outcome,
};

/// Reads one of the core's option structs from its JSON form.
pub(crate) fn read<T: JsonOptions>(py: Python<'_>, json: &str) -> PyResult<T> {
    T::from_json(json).map_err(|problem| error::raised(py, problem))
}

/// Reads the options of a sandbox.
pub(crate) fn sandbox(py: Python<'_>, json: &str, rest: &Bound<'_, PyDict>) -> PyResult<SandboxOptions> {
    let mut options: SandboxOptions = read(py, json)?;
    if let Some(given) = rest.get_item("files")? {
        options.files = files(&given)?;
    }
    if let Some(given) = rest.get_item("functions")? {
        options.functions = functions::functions(&given)?;
    }
    if let Some(given) = rest.get_item("decide")? {
        options.decide = Some(functions::hook(&given));
    }
    Ok(options)
}

/// The options of a run, and the functions that receive its output.
pub(crate) struct Run {
    options: ExecuteOptions,
    on_stdout: Option<usize>,
    on_stderr: Option<usize>,
    on_display: Option<usize>,
    on_event: Option<usize>,
    /// The listener that is asked for input, and whether it takes prompts.
    asks: Option<(usize, bool)>,
    listeners: Vec<Py<PyAny>>,
}

impl Run {
    /// Does a run: `execute` gets the options, on the thread that does the work. `timeout` is that of the sandbox.
    pub(crate) fn execute(
        py: Python<'_>,
        is_main: bool,
        json: Option<&str>,
        rest: Option<&Bound<'_, PyDict>>,
        timeout: Option<Duration>,
        execute: impl FnOnce(ExecuteOptions) -> terrarium_core::Result<ExecutionResult> + Send + 'static,
    ) -> PyResult<Outcome> {
        let mut run = Self::new(py, json, rest)?;
        let stop = Stop::Cancel(run.options.cancel.clone().unwrap_or_default(), run.options.timeout.or(timeout));
        let listeners = std::mem::take(&mut run.listeners);
        let work = move |tell| execute(run.into_options(&tell));
        gate::run(py, is_main, &listeners, stop, work).map(Outcome::new)
    }

    fn new(py: Python<'_>, json: Option<&str>, rest: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        let mut options: ExecuteOptions = json.map(|json| read(py, json)).transpose()?.unwrap_or_default();
        let mut listeners = Vec::new();
        let (mut on_stdout, mut on_stderr, mut on_display, mut on_event, mut asks) = (None, None, None, None, None);
        let mut cancel = None;
        for (name, given) in rest.into_iter().flatten() {
            match name.extract::<&str>()? {
                "files" => options.files = files(&given)?,
                "stdin" if given.is_instance_of::<PyBytes>() => options.stdin = bytes(&given)?.into(),
                "stdin" => {
                    let takes_prompts = given.getattr("takes_prompts")?.extract()?;
                    asks = Some((listen(&mut listeners, &given), takes_prompts));
                }
                "inputs" => options.inputs = convert::inputs(&given)?,
                "functions" => options.functions = functions::functions(&given)?,
                "decide" => options.decide = Some(functions::hook(&given)),
                "context" => options.context = Some(CallContext::new(functions::Context(given.unbind()))),
                "cancel" => cancel = Some(given.cast::<CancelHandle>()?.get().0.child()),
                "on_stdout" => on_stdout = Some(listen(&mut listeners, &given)),
                "on_stderr" => on_stderr = Some(listen(&mut listeners, &given)),
                "on_display" => on_display = Some(listen(&mut listeners, &given)),
                "on_event" => on_event = Some(listen(&mut listeners, &given)),
                other => return Err(PyTypeError::new_err(format!("unknown option '{other}'"))),
            }
        }
        // A separate handle for this run: Ctrl+C, for example, must not stop other runs that share the caller's handle.
        options.cancel = Some(cancel.unwrap_or_default());
        Ok(Self { options, on_stdout, on_stderr, on_display, on_event, asks, listeners })
    }

    /// Returns the core's options, whose output goes to the listeners through `tell`.
    fn into_options(self, tell: &Tell) -> ExecuteOptions {
        let stream = |listener: Option<usize>| -> Option<StreamCallback> {
            let (listener, tell) = (listener?, Arc::clone(tell));
            Some(Arc::new(move |bytes: &[u8]| {
                tell(listener, Heard::Bytes(bytes.to_vec()));
            }))
        };
        let mut options = self.options;
        options.on_stdout = stream(self.on_stdout);
        options.on_stderr = stream(self.on_stderr);
        if let Some(listener) = self.on_display {
            let tell = Arc::clone(tell);
            options = options.on_display(move |display| {
                tell(listener, Heard::Event(Event::Display(Arc::new(display.clone()))));
            });
        }
        if let Some(listener) = self.on_event {
            let tell = Arc::clone(tell);
            options = options.on_event(move |event| {
                tell(listener, Heard::Event(event));
            });
        }
        if let Some((listener, takes_prompts)) = self.asks {
            let tell = Arc::clone(tell);
            let stdin = Stdin::ask_later(move |request, reply| {
                tell(listener, Heard::Ask(request, reply));
            });
            options.stdin = if takes_prompts { stdin } else { stdin.without_prompts() };
        }
        options
    }
}

fn listen(listeners: &mut Vec<Py<PyAny>>, function: &Bound<'_, PyAny>) -> usize {
    listeners.push(function.clone().unbind());
    listeners.len() - 1
}

fn files(given: &Bound<'_, PyAny>) -> PyResult<BTreeMap<String, Bytes>> {
    given.cast::<PyDict>()?.iter().map(|(path, content)| Ok((path.extract()?, bytes(&content)?))).collect()
}

/// Returns the content of a `bytes` object.
pub(crate) fn bytes(given: &Bound<'_, PyAny>) -> PyResult<Bytes> {
    Ok(given.cast::<PyBytes>()?.as_bytes().into())
}
