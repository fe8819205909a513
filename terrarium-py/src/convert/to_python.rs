//! The core's values as Python objects.

use pyo3::{
    prelude::*,
    types::{
        PyBool, PyByteArray, PyBytes, PyComplex, PyDict, PyFloat, PyFrozenSet, PyInt, PyList, PySet, PyString, PyTuple,
    },
};
use terrarium_core::Value;

use super::tables;
use crate::{exit, python};

/// Returns the Python object for a value. Never fails because of data from the guest.
pub(crate) fn object<'py>(py: Python<'py>, value: &Value) -> PyResult<Bound<'py, PyAny>> {
    // Kinds, keys of dicts and items of sets may have classes in Python.
    exit::call(py, || made(py, value))
}

/// Returns the Python object for a value, where the caller may call Python code.
pub(crate) fn made<'py>(py: Python<'py>, value: &Value) -> PyResult<Bound<'py, PyAny>> {
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
        Value::NdArray(array) => {
            let parts = PyDict::new(py);
            for (name, part) in array.parts() {
                // The elements of an array are mutable bytes, so that numpy needs no copy.
                match part {
                    Value::Bytes(bytes) => parts.set_item(name, PyByteArray::new(py, bytes))?,
                    other => parts.set_item(name, made(py, other)?)?,
                }
            }
            tagged(py, "ndarray", &parts)?
        }
        Value::DataFrame(table) => tables::table(py, table)?,
        Value::Series(series) => tables::series(py, series)?,
        Value::Index(index) => tables::index(py, index)?,
        Value::Column(column) => tables::column(py, column)?,
        Value::Tagged { kind, fields } => {
            let parts = PyDict::new(py);
            for (name, part) in fields {
                parts.set_item(name, made(py, part)?)?;
            }
            tagged(py, kind, &parts)?
        }
        // A kind of the core that is unknown here: in its JSON form, which is the same in every language.
        other => texts(py, "json", &[("value", &python::json(other)?)])?,
    })
}

fn texts<'py>(py: Python<'py>, kind: &str, texts: &[(&str, &String)]) -> PyResult<Bound<'py, PyAny>> {
    let parts = PyDict::new(py);
    for (name, text) in texts {
        parts.set_item(name, text)?;
    }
    tagged(py, kind, &parts)
}

/// Returns an object of a kind that Python has, or a `Tagged`.
pub(super) fn tagged<'py>(py: Python<'py>, kind: &str, parts: &Bound<'py, PyDict>) -> PyResult<Bound<'py, PyAny>> {
    python::values(py)?.call_method1("decode", (kind, parts))
}

fn objects<'py>(py: Python<'py>, items: &[Value]) -> PyResult<Vec<Bound<'py, PyAny>>> {
    items.iter().map(|item| made(py, item)).collect()
}

pub(super) fn list<'py>(py: Python<'py>, items: &[Value]) -> PyResult<Bound<'py, PyList>> {
    PyList::new(py, objects(py, items)?)
}

/// Returns a set. Items that are hashable in the guest may be unhashable or equal here; then the set stays tagged.
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

/// Returns a dict, or a tagged value if keys are unhashable or equal here.
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
