//! The core's values as Python objects.

use pyo3::{
    prelude::*,
    types::{
        PyBool, PyByteArray, PyBytes, PyComplex, PyDict, PyFloat, PyFrozenSet, PyInt, PyList, PySet, PyString, PyTuple,
    },
};
use terrarium_core::Value;

use crate::{exit, python};

/// The Python object that a value stands for. Never fails because of what the guest has sent.
pub(crate) fn object<'py>(py: Python<'py>, value: &Value) -> PyResult<Bound<'py, PyAny>> {
    // Kinds, keys of dicts and items of sets may be of classes in Python.
    exit::call(py, || made(py, value))
}

fn made<'py>(py: Python<'py>, value: &Value) -> PyResult<Bound<'py, PyAny>> {
    Ok(match value {
        Value::None => py.None().into_bound(py),
        Value::Bool(truth) => PyBool::new(py, *truth).to_owned().into_any(),
        Value::Int(number) => PyInt::new(py, *number).into_any(),
        Value::BigInt(digits) => python::values(py)?.call_method1("integer", (digits,))?,
        Value::Float(number) => PyFloat::new(py, *number).into_any(),
        Value::Str(text) => PyString::new(py, text).into_any(),
        Value::Bytes(bytes) => PyBytes::new(py, bytes).into_any(),
        Value::List(items) => list(py, items)?.into_any(),
        Value::Tuple(items) => PyTuple::new(py, objects(py, items)?)?.into_any(),
        Value::Set(items) => set(py, "set", items)?,
        Value::FrozenSet(items) => set(py, "frozenset", items)?,
        Value::Dict(pairs) => dict(py, pairs)?,
        Value::Complex { real, imag } => PyComplex::from_doubles(py, *real, *imag).into_any(),
        Value::DateTime(text) => texts(py, "datetime", &[("value", text)])?,
        Value::Date(text) => texts(py, "date", &[("value", text)])?,
        Value::Time(text) => texts(py, "time", &[("value", text)])?,
        Value::Decimal(text) => texts(py, "decimal", &[("value", text)])?,
        Value::Object { class, repr } => texts(py, "object", &[("class", class), ("repr", repr)])?,
        Value::TimeDelta { days, seconds, microseconds } => {
            let parts = PyDict::new(py);
            parts.set_item("days", days)?;
            parts.set_item("seconds", seconds)?;
            parts.set_item("microseconds", microseconds)?;
            tagged(py, "timedelta", &parts)?
        }
        other => match other.as_tagged() {
            Some((kind, fields)) => {
                let parts = PyDict::new(py);
                for (name, part) in fields {
                    parts.set_item(name, self::part(py, kind, part)?)?;
                }
                tagged(py, kind, &parts)?
            }
            // A kind that the core has got and this does not know yet: in the form that it has in every language.
            None => texts(py, "json", &[("value", &python::json(other)?)])?,
        },
    })
}

/// A part of a tagged value. The elements of an array are bytes that can be changed, so that numpy needs no copy.
fn part<'py>(py: Python<'py>, kind: &str, part: &Value) -> PyResult<Bound<'py, PyAny>> {
    match part {
        Value::Bytes(bytes) if kind == "ndarray" => Ok(PyByteArray::new(py, bytes).into_any()),
        other => made(py, other),
    }
}

fn texts<'py>(py: Python<'py>, kind: &str, texts: &[(&str, &String)]) -> PyResult<Bound<'py, PyAny>> {
    let parts = PyDict::new(py);
    for (name, text) in texts {
        parts.set_item(name, text)?;
    }
    tagged(py, kind, &parts)
}

/// An object of a kind that is known in Python, or a `Tagged`.
fn tagged<'py>(py: Python<'py>, kind: &str, parts: &Bound<'py, PyDict>) -> PyResult<Bound<'py, PyAny>> {
    python::values(py)?.call_method1("decode", (kind, parts))
}

fn objects<'py>(py: Python<'py>, items: &[Value]) -> PyResult<Vec<Bound<'py, PyAny>>> {
    items.iter().map(|item| made(py, item)).collect()
}

fn list<'py>(py: Python<'py>, items: &[Value]) -> PyResult<Bound<'py, PyList>> {
    PyList::new(py, objects(py, items)?)
}

/// A set. Items that are hashable in the guest need not be so here, or may be equal here: then it stays tagged.
fn set<'py>(py: Python<'py>, kind: &str, items: &[Value]) -> PyResult<Bound<'py, PyAny>> {
    let list = list(py, items)?;
    let made = if kind == "set" {
        PySet::new(py, &list).map(|set| (set.len(), set.into_any()))
    } else {
        PyFrozenSet::new(py, &list).map(|set| (set.len(), set.into_any()))
    };
    match made {
        Ok((count, set)) if count == items.len() => Ok(set),
        _ => {
            let parts = PyDict::new(py);
            parts.set_item("items", list)?;
            tagged(py, kind, &parts)
        }
    }
}

/// A dict, with the same exception.
fn dict<'py>(py: Python<'py>, pairs: &[(Value, Value)]) -> PyResult<Bound<'py, PyAny>> {
    let dict = PyDict::new(py);
    let mut items = Vec::with_capacity(pairs.len());
    let mut is_plain = true;
    for (key, value) in pairs {
        let (key, value) = (made(py, key)?, made(py, value)?);
        is_plain = is_plain && dict.set_item(&key, &value).is_ok();
        items.push(PyList::new(py, [key, value])?);
    }
    if is_plain && dict.len() == pairs.len() {
        return Ok(dict.into_any());
    }
    let parts = PyDict::new(py);
    parts.set_item("items", items)?;
    tagged(py, "dict", &parts)
}
