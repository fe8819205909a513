//! Python objects as the core's values.

use std::collections::BTreeMap;

use pyo3::{
    exceptions::{PyTypeError, PyValueError},
    intern,
    prelude::*,
    types::{
        PyBool, PyByteArray, PyBytes, PyDict, PyFloat, PyFrozenSet, PyInt, PyList, PySet, PyString, PyTuple, PyType,
    },
};
use terrarium_core::Value;

use crate::{exit, python};

/// The deepest nesting of values; the readers of the guest and of the host have bounds too.
const DEPTH: usize = 100;

/// Reads the inputs of a run from a dict.
pub(crate) fn inputs(given: &Bound<'_, PyAny>) -> PyResult<BTreeMap<String, Value>> {
    let input = |(name, object): (Bound<'_, PyAny>, Bound<'_, PyAny>)| {
        let name: String = name.extract()?;
        let value = value(&object).map_err(|problem| about(given.py(), &name, problem))?;
        Ok((name, value))
    };
    exit::call(given.py(), || given.cast::<PyDict>()?.iter().map(input).collect())
}

/// Makes an exception that names the input at fault.
fn about(py: Python<'_>, name: &str, problem: PyErr) -> PyErr {
    let text = format!("inputs['{name}']: {}", problem.value(py));
    let said = if problem.is_instance_of::<PyTypeError>(py) {
        PyTypeError::new_err(text)
    } else if problem.is_instance_of::<PyValueError>(py) {
        PyValueError::new_err(text)
    } else {
        return problem;
    };
    said.set_cause(py, Some(problem));
    said
}

/// Reads one value.
pub(crate) fn value(object: &Bound<'_, PyAny>) -> PyResult<Value> {
    read(object, 0)
}

fn read(object: &Bound<'_, PyAny>, depth: usize) -> PyResult<Value> {
    if let Some(value) = built_in(object, depth)? {
        return Ok(value);
    }
    // Another class: `_values.encode` returns a `Tagged`, or an equivalent built-in object.
    let py = object.py();
    let encoded = python::values(py)?.call_method1(intern!(py, "encode"), (object,))?;
    if encoded.is_instance(tagged_class(py)?.as_any())? {
        return tagged(&encoded, depth);
    }
    built_in(&encoded, depth)?.ok_or_else(|| PyTypeError::new_err("encoded as what cannot be an input"))
}

/// Returns the value of an object whose class is built in, but not of a subclass.
fn built_in(object: &Bound<'_, PyAny>, depth: usize) -> PyResult<Option<Value>> {
    if depth > DEPTH {
        return Err(PyValueError::new_err(format!("values lie more than {DEPTH} deep in each other")));
    }
    let below = |item: Bound<'_, PyAny>| read(&item, depth + 1);
    Ok(Some(if object.is_none() {
        Value::None
    } else if let Ok(text) = object.cast_exact::<PyString>() {
        match text.to_str() {
            Ok(text) => Value::Str(text.to_owned()),
            // Lone surrogates.
            Err(_) => return Ok(None),
        }
    } else if let Ok(truth) = object.cast_exact::<PyBool>() {
        Value::Bool(truth.is_true())
    } else if object.is_exact_instance_of::<PyInt>() {
        match object.extract() {
            Ok(number) => Value::Int(number),
            Err(_) => Value::BigInt(hexadecimal(object)?),
        }
    } else if let Ok(number) = object.cast_exact::<PyFloat>() {
        Value::Float(number.value())
    } else if let Ok(list) = object.cast_exact::<PyList>() {
        Value::List(list.iter().map(below).collect::<PyResult<_>>()?)
    } else if let Ok(dict) = object.cast_exact::<PyDict>() {
        let pairs = dict.iter().map(|(key, item)| Ok((below(key)?, below(item)?)));
        Value::Dict(pairs.collect::<PyResult<_>>()?)
    } else if let Ok(tuple) = object.cast_exact::<PyTuple>() {
        Value::Tuple(tuple.iter().map(below).collect::<PyResult<_>>()?)
    } else if let Ok(bytes) = object.cast_exact::<PyBytes>() {
        Value::Bytes(bytes.as_bytes().into())
    } else if let Ok(bytes) = object.cast_exact::<PyByteArray>() {
        Value::Bytes(bytes.to_vec().into())
    } else if let Ok(set) = object.cast_exact::<PySet>() {
        Value::Set(set.iter().map(below).collect::<PyResult<_>>()?)
    } else if let Ok(set) = object.cast_exact::<PyFrozenSet>() {
        Value::FrozenSet(set.iter().map(below).collect::<PyResult<_>>()?)
    } else if object.get_type().is(tagged_class(object.py())?) {
        return tagged(object, depth).map(Some);
    } else {
        return Ok(None);
    }))
}

/// Formats an int of any size in hexadecimal, which has no bound on its digits, unlike decimal.
fn hexadecimal(number: &Bound<'_, PyAny>) -> PyResult<String> {
    let text: String = number.call_method1(intern!(number.py(), "__format__"), ("#x",))?.extract()?;
    Ok(text)
}

fn tagged_class(py: Python<'_>) -> PyResult<Bound<'_, PyType>> {
    Ok(python::values(py)?.getattr(intern!(py, "Tagged"))?.cast_into()?)
}

/// A `Tagged`: a kind and its parts.
fn tagged(object: &Bound<'_, PyAny>, depth: usize) -> PyResult<Value> {
    let py = object.py();
    let kind: String = object.getattr(intern!(py, "kind"))?.extract()?;
    let fields = object.getattr(intern!(py, "fields"))?;
    let fields = fields.cast::<PyDict>()?;
    let parts = fields.iter().map(|(name, part)| Ok((name.extract()?, read(&part, depth + 1)?)));
    Ok(Value::tagged(kind, parts.collect::<PyResult<_>>()?))
}
