//! Functions of Python that code in a sandbox can call.
//!
//! The package's own `_functions.py` prepares declarations and calls the functions; here, values are converted, and
//! exceptions are kept for the caller of the run.

use std::{sync::Arc, time::Duration};

use pyo3::{
    exceptions::PyTypeError,
    intern,
    prelude::*,
    types::{PyDict, PyInt, PyList, PyString, PyTuple},
};
use terrarium_core::{Call, CallHook, Decision, HostCall, HostError, HostFunction, HostFunctions, Reply, Value};

use crate::{cancel::CancelHandle, convert, exit, python};

/// The context of a run: variables of the caller, and the event loop of its coroutines.
pub(crate) struct Context(pub(crate) Py<PyAny>);

/// A declaration as `_functions.py` makes it.
#[derive(FromPyObject)]
struct Declared {
    name: String,
    function: Py<PyAny>,
    signature: Option<String>,
    doc: String,
    is_async: bool,
    timeout: Option<f64>,
}

/// Reads a list of declarations.
pub(crate) fn functions(given: &Bound<'_, PyAny>) -> PyResult<HostFunctions> {
    given.cast::<PyList>()?.iter().map(|declared| function(declared.extract()?)).collect()
}

fn function(declared: Declared) -> PyResult<HostFunction> {
    let work = declared.function;
    let mut function = HostFunction::replying(declared.name, move |call| reply(&work, &call)).doc(declared.doc);
    if let Some(signature) = declared.signature {
        function = function.signature(&signature);
    }
    if let Some(seconds) = declared.timeout {
        let timeout = Duration::try_from_secs_f64(seconds);
        function = function.timeout(timeout.map_err(|error| PyTypeError::new_err(format!("timeout: {error}")))?);
    }
    Ok(if declared.is_async { function.awaited() } else { function })
}

/// Reads the hook that decides on calls.
pub(crate) fn hook(given: &Bound<'_, PyAny>) -> CallHook {
    let decide = given.clone().unbind();
    CallHook::new(move |call| {
        let decided = exit::attach(|py| {
            let (args, kwargs) = arguments(py, call)?;
            let given = (&decide, context(py, call), args, kwargs, about(py, call)?);
            let decided = python::functions(py)?.call_method1(intern!(py, "decide"), given)?;
            let (word, value): (String, Bound<'_, PyAny>) = decided.extract()?;
            Ok(match word.as_str() {
                "allow" => Decision::Allow,
                "deny" => Decision::Deny(value.extract()?),
                _ => Decision::Answer(convert::value(&value)?),
            })
        });
        // A hook that fails permits nothing.
        decided.unwrap_or_else(|error: PyErr| exit::attach(|py| Decision::Deny(error.value(py).to_string())))
    })
}

fn context(py: Python<'_>, call: &Call) -> Py<PyAny> {
    call.context::<Context>().map_or_else(|| py.None(), |context| context.0.clone_ref(py))
}

fn arguments<'py>(py: Python<'py>, call: &Call) -> PyResult<(Bound<'py, PyTuple>, Bound<'py, PyDict>)> {
    let args = call.args.iter().map(|value| convert::made(py, value)).collect::<PyResult<Vec<_>>>()?;
    let kwargs = PyDict::new(py);
    for (name, value) in &call.kwargs {
        kwargs.set_item(name, convert::made(py, value)?)?;
    }
    Ok((PyTuple::new(py, args)?, kwargs))
}

/// Returns the number and the name of a call, and the handle that is used when nothing waits for it.
fn about<'py>(py: Python<'py>, call: &Call) -> PyResult<Bound<'py, PyTuple>> {
    let cancel = CancelHandle(call.cancel().clone());
    (call.id, &*call.name, cancel).into_pyobject(py)
}

/// Calls a function.
fn reply(work: &Py<PyAny>, call: &Call) -> Result<Reply, HostError> {
    exit::attach(|py| {
        let answered = arguments(py, call).and_then(|(args, kwargs)| {
            let given = (work, context(py, call), args, kwargs, about(py, call)?);
            python::functions(py)?.call_method1(intern!(py, "invoke"), given)
        });
        let answered = answered.map_err(|error| failure(py, error))?;
        let is_plain =
            answered.is_none() || answered.is_instance_of::<PyString>() || answered.is_instance_of::<PyInt>();
        if !is_plain && answered.hasattr(intern!(py, "__next__")).unwrap_or(false) {
            return Ok(Reply::Items(Box::new(Items(Arc::new(answered.unbind())))));
        }
        convert::value(&answered).map(Reply::Value).map_err(|error| failure(py, error))
    })
}

/// The items of an iterator.
struct Items(Arc<Py<PyAny>>);

impl Iterator for Items {
    type Item = Result<Value, HostError>;

    fn next(&mut self) -> Option<Self::Item> {
        exit::attach(|py| {
            let item = self.0.bind(py).call_method0(intern!(py, "__next__"));
            match item.and_then(|item| convert::value(&item)) {
                Ok(value) => Some(Ok(value)),
                Err(error) if error.is_instance_of::<pyo3::exceptions::PyStopIteration>(py) => None,
                Err(error) => Some(Err(failure(py, error))),
            }
        })
    }
}

/// Returns an exception as the code gets it, and keeps it.
fn failure(py: Python<'_>, error: PyErr) -> HostError {
    let told = python::functions(py)
        .and_then(|module| module.call_method1(intern!(py, "told"), (error.value(py),)))
        .and_then(|told| {
            let (kind, message, base, ends): (String, String, Option<String>, bool) = (
                told.get_item(0)?.extract()?,
                told.get_item(1)?.extract()?,
                told.get_item(2)?.extract()?,
                told.get_item(3)?.extract()?,
            );
            let (args, data) = (told.get_item(4)?, told.get_item(5)?);
            let mut made = if ends { HostError::end_run(message) } else { HostError::new(kind, message) };
            if let Some(base) = base {
                made = made.base(base);
            }
            if !args.is_none()
                && let Value::Tuple(args) = convert::value(&args)?
            {
                made = made.args(args);
            }
            if !data.is_none() {
                made = made.data(convert::value(&data)?);
            }
            Ok(made)
        });
    told.unwrap_or_else(|_| HostError::new("RuntimeError", "the host function failed")).cause(error)
}

/// Returns the exception that a function raised.
pub(crate) fn exception(py: Python<'_>, call: &HostCall) -> Option<Py<PyAny>> {
    let cause = call.cause.as_ref()?.downcast_ref::<PyErr>()?;
    Some(cause.value(py).clone().into_any().unbind())
}
