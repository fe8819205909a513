//! Tables, series, labels and columns as their kinds and parts.

use pyo3::{
    prelude::*,
    types::{PyByteArray, PyDict, PyList, PyRange},
};
use terrarium_core::{Bytes, Column, DataFrame, Index, Labels, Layout, Series, Value};

use super::to_python::{made, tagged};

/// Returns the object for a table.
pub(super) fn table<'py>(py: Python<'py>, table: &DataFrame) -> PyResult<Bound<'py, PyAny>> {
    let parts = PyDict::new(py);
    parts.set_item("shape", PyList::new(py, <[usize; 2]>::from(table.shape()))?)?;
    parts.set_item("columns", index(py, table.columns())?)?;
    parts.set_item("index", index(py, table.index())?)?;
    parts.set_item("data", columns(py, table.data())?)?;
    others(py, &parts, table.attrs(), table.allows_duplicate_labels())?;
    tagged(py, "dataframe", &parts)
}

/// Returns the object for a series.
pub(super) fn series<'py>(py: Python<'py>, series: &Series) -> PyResult<Bound<'py, PyAny>> {
    let parts = PyDict::new(py);
    parts.set_item("name", made(py, series.name())?)?;
    parts.set_item("index", index(py, series.index())?)?;
    parts.set_item("values", column(py, series.values())?)?;
    others(py, &parts, series.attrs(), series.allows_duplicate_labels())?;
    tagged(py, "series", &parts)
}

fn others<'py>(
    py: Python<'py>,
    parts: &Bound<'py, PyDict>,
    attrs: Option<&Value>,
    allows_duplicate_labels: bool,
) -> PyResult<()> {
    if let Some(attrs) = attrs {
        parts.set_item("attrs", made(py, attrs)?)?;
    }
    if !allows_duplicate_labels {
        parts.set_item("allows_duplicate_labels", false)?;
    }
    Ok(())
}

/// Returns the object for labels.
pub(super) fn index<'py>(py: Python<'py>, index: &Index) -> PyResult<Bound<'py, PyAny>> {
    let parts = PyDict::new(py);
    let name = || index.names().first().map_or_else(|| Ok(py.None().into_bound(py)), |name| made(py, name));
    match index.labels() {
        Labels::Range { start, stop, step } => {
            parts.set_item("name", name()?)?;
            let (start, stop, step) = (isize::try_from(*start)?, isize::try_from(*stop)?, isize::try_from(*step)?);
            parts.set_item("values", PyRange::new_with_step(py, start, stop, step)?)?;
        }
        Labels::Column { values, freq } => {
            parts.set_item("name", name()?)?;
            parts.set_item("values", column(py, values)?)?;
            if let Some(freq) = freq {
                parts.set_item("freq", made(py, freq)?)?;
            }
        }
        Labels::Multi { levels, codes } => {
            let names = index.names().iter().map(|name| made(py, name)).collect::<PyResult<Vec<_>>>()?;
            let levels = levels.iter().map(|level| self::index(py, level)).collect::<PyResult<Vec<_>>>()?;
            parts.set_item("names", PyList::new(py, names)?)?;
            parts.set_item("levels", PyList::new(py, levels)?)?;
            parts.set_item("codes", columns(py, codes)?)?;
            return tagged(py, "multi_index", &parts);
        }
        _ => return Ok(py.None().into_bound(py)),
    }
    tagged(py, "index", &parts)
}

fn columns<'py>(py: Python<'py>, columns: &[Column]) -> PyResult<Bound<'py, PyList>> {
    PyList::new(py, columns.iter().map(|column| self::column(py, column)).collect::<PyResult<Vec<_>>>()?)
}

/// Returns the object for a column. Contents are mutable, so that numpy needs no copy.
pub(super) fn column<'py>(py: Python<'py>, column: &Column) -> PyResult<Bound<'py, PyAny>> {
    let parts = PyDict::new(py);
    let bytes = |bytes: &Bytes| PyByteArray::new(py, bytes);
    parts.set_item("dtype", column.dtype().to_string())?;
    match column.layout() {
        Layout::Values(values) => parts.set_item("values", super::to_python::list(py, values)?)?,
        Layout::Fixed { length, data, validity } => {
            parts.set_item("length", length)?;
            parts.set_item("data", bytes(data))?;
            if let Some(bitmap) = validity {
                parts.set_item("validity", bytes(bitmap))?;
            }
        }
        Layout::Text { length, offsets, data, validity } => {
            parts.set_item("length", length)?;
            parts.set_item("offsets", bytes(offsets))?;
            parts.set_item("data", bytes(data))?;
            if let Some(bitmap) = validity {
                parts.set_item("validity", bytes(bitmap))?;
            }
        }
        Layout::Categorical { codes, categories, ordered } => {
            parts.set_item("codes", self::column(py, codes)?)?;
            parts.set_item("categories", index(py, categories)?)?;
            parts.set_item("ordered", ordered)?;
        }
        Layout::Interval { left, right } => {
            parts.set_item("left", self::column(py, left)?)?;
            parts.set_item("right", self::column(py, right)?)?;
        }
        Layout::Sparse { length, indices, points, fill_value } => {
            parts.set_item("length", length)?;
            parts.set_item("indices", self::column(py, indices)?)?;
            parts.set_item("points", self::column(py, points)?)?;
            parts.set_item("fill_value", made(py, fill_value)?)?;
        }
        _ => (),
    }
    tagged(py, "column", &parts)
}
