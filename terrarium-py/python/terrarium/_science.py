"""Arrays and tables: classes of numpy and pandas where these are installed, else the classes of `_kinds`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from terrarium._kinds import Array, Column, Table, Tagged

if TYPE_CHECKING:
    from collections.abc import Callable

# Kinds of elements whose bytes are the same everywhere, except for their order.
_PLAIN = "biufc"


def array(parts: dict[str, Any]) -> Any:
    """Return an array of numpy; elements that were sent as bytes are used without a copy."""
    shape, dtype = tuple(parts["shape"]), parts["dtype"]
    content = next(parts[name] for name in ("data", "items", "repr") if name in parts)
    plain = Array(dtype, shape, content)
    if "repr" in parts:
        return plain
    try:
        import numpy
    except ImportError:
        return plain
    try:
        kind = numpy.dtype(dtype)
        if "data" in parts:
            sent = numpy.frombuffer(content, kind.newbyteorder("<")).reshape(shape)
            return sent if sent.dtype == kind else sent.astype(kind)
        if kind.kind == "O":
            return _objects(numpy, content, shape)
        return numpy.array(content, kind).reshape(shape)
    except Exception:
        # A type with a text form only, such as a record type.
        return plain


def _objects(numpy: Any, items: Any, shape: tuple[int, ...]) -> Any:
    made = numpy.empty(shape, object)
    for place in numpy.ndindex(*shape):
        item = items
        for step in place:
            item = item[step]
        made[place] = item
    return made


def frame(parts: dict[str, Any]) -> Any:
    """Return a DataFrame of pandas."""
    by_column = parts.get("column_data")
    rows = parts.get("data", parts.get("repr", by_column))
    labels = parts.get("index", [])
    plain = Table(tuple(parts["shape"]), parts["dtypes"], parts.get("columns", []), labels, rows, by_column is not None)
    if "repr" in parts:
        return plain
    try:
        import pandas
    except ImportError:
        return plain
    try:
        if by_column is None:
            made = pandas.DataFrame(rows, columns=parts["columns"], index=labels)
        else:
            made = pandas.DataFrame(dict(enumerate(by_column)), index=labels, copy=False)
            made.columns = parts["columns"]
        for number, kind in enumerate(parts["dtypes"]):
            column = made.iloc[:, number]
            if str(column.dtype) != kind:
                made.isetitem(number, column.astype(kind))
    except Exception:
        # A type that this version of pandas does not have.
        return plain
    return made


def series(parts: dict[str, Any]) -> Any:
    """Return a Series of pandas."""
    values = parts.get("data", parts.get("repr"))
    plain = Column(parts.get("name"), parts["dtype"], parts.get("index", []), values)
    if "repr" in parts:
        return plain
    try:
        import pandas
    except ImportError:
        return plain
    try:
        return pandas.Series(values, index=parts["index"], name=parts.get("name"), dtype=parts["dtype"])
    except Exception:
        # A type that this version of pandas does not have.
        return plain


def encode(value: Any) -> Any:
    """Convert an object of numpy or pandas to a `Tagged`, or to a built-in object; return None for any other object."""
    for module, name, write in _CLASSES:
        kind = getattr(sys.modules.get(module), name, None)
        if isinstance(kind, type) and isinstance(value, kind):
            return write(value)
    return None


def _encode_scalar(value: Any) -> Any:
    numpy = sys.modules["numpy"]
    if value.dtype.kind == "M" and not numpy.isnat(value):
        return Tagged("datetime", {"value": str(value)})
    if value.dtype.kind == "m" and not numpy.isnat(value):
        rounded = value.astype("m8[us]")
        if rounded == value:
            return rounded.item()
    item = value.item()
    if isinstance(item, type(value)) or type(item).__module__ != "builtins" or item is None:
        raise TypeError(f"a numpy scalar of the type {value.dtype} cannot be an input")
    return item


def _encode_array(value: Any) -> Tagged:
    numpy = sys.modules["numpy"]
    if numpy.ma.isMaskedArray(value):
        raise TypeError("a masked array cannot be an input; fill it first")
    given = numpy.asarray(value)
    head = {"dtype": str(given.dtype), "shape": list(given.shape)}
    if given.dtype.kind in _PLAIN and given.dtype.char not in "gG":
        return Tagged("ndarray", {**head, "data": given.astype(given.dtype.newbyteorder("<"), copy=False).tobytes()})
    if given.dtype.kind == "M":
        given = given.astype(str)
    elif given.dtype.kind == "m":
        given = numpy.where(numpy.isnat(given), None, given.astype("i8"))
    return Tagged("ndarray", {**head, "items": given.tolist()})


def _cells(column: Any) -> list[Any]:
    pandas = sys.modules["pandas"]
    gone = (pandas.NA, pandas.NaT)
    return [None if cell is gone[0] or cell is gone[1] else cell for cell in column.tolist()]


def _column(column: Any) -> Any:
    """Return the cells of a column or index: a range, an array for plain cells, else a list."""
    pandas = sys.modules["pandas"]
    if type(column) is pandas.RangeIndex:
        return range(column.start, column.stop, column.step)
    kind = column.dtype
    is_plain = type(kind).__module__.startswith("numpy") and kind.kind in _PLAIN and kind.char not in "gG"
    return column.to_numpy() if is_plain else _cells(column)


def _encode_frame(value: Any) -> Tagged:
    rows, columns = value.shape
    parts = {
        "shape": [rows, columns],
        "dtypes": [str(kind) for kind in value.dtypes.tolist()],
        "columns": _cells(value.columns),
        "index": _column(value.index),
        "column_data": [_column(value.iloc[:, number]) for number in range(columns)],
    }
    return Tagged("dataframe", parts)


def _encode_series(value: Any) -> Tagged:
    head = {"name": value.name, "dtype": str(value.dtype), "shape": list(value.shape)}
    return Tagged("series", {**head, "index": _column(value.index), "data": _column(value)})


def _encode_timedelta(value: Any) -> Any:
    if value.nanoseconds:
        raise TypeError("a duration finer than microseconds cannot be an input")
    return value.to_pytimedelta()


_CLASSES: tuple[tuple[str, str, Callable[[Any], Any]], ...] = (
    ("numpy", "ndarray", _encode_array),
    ("pandas", "Timedelta", _encode_timedelta),
    ("pandas", "DataFrame", _encode_frame),
    ("pandas", "Series", _encode_series),
    # Last, because some of these classes are subclasses of Python's own numbers and texts.
    ("numpy", "generic", _encode_scalar),
)
