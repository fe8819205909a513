"""Tables, labels and scalars of pandas as a kind and its parts, and back; the table of all kinds of numpy and pandas.

`cargo xtask codegen` copies this module into the Python package, so that both sides of the border use the same code.
"""

from __future__ import annotations

from sys import modules

from _terrarium.pristine import BUILTINS
from _terrarium.values import arrays, columns
from _terrarium.values.arrays import Refused
from _terrarium.values.zones import zone_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeAlias

    Parts: TypeAlias = dict[str, Any]

__builtins__ = BUILTINS


# Nanoseconds of the units of pandas.
_UNITS = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}


# Labels, columns and tables


def index_parts(index: Any) -> tuple[str, Parts]:
    """Return the kind and parts of the labels of rows or columns."""
    pandas = modules["pandas"]
    if isinstance(index, pandas.MultiIndex):
        # Their names are those of the whole.
        levels = [level.rename(None) for level in index.levels]
        codes = [pandas.arrays.NumpyExtensionArray(modules["numpy"].asarray(each)) for each in index.codes]
        return "multi_index", {"names": list(index.names), "levels": levels, "codes": codes}
    if isinstance(index, pandas.RangeIndex):
        return "index", {"name": index.name, "values": range(index.start, index.stop, index.step)}
    parts: Parts = {"name": index.name, "values": index.array}
    if isinstance(index, (pandas.DatetimeIndex, pandas.TimedeltaIndex)) and index.freq is not None:
        parts["freq"] = _freq(index.freq)
    return "index", parts


def _freq(offset: Any) -> Any:
    """Return the text of a frequency, or the offset itself if its text does not tell all of it."""
    try:
        same = modules["pandas"].tseries.frequencies.to_offset(offset.freqstr) == offset
    except ValueError:
        same = False
    return offset.freqstr if same else offset


def make_index(parts: Parts) -> Any:
    """Return the labels of these parts."""
    import pandas

    values, name, freq = parts["values"], parts.get("name"), parts.get("freq")
    if isinstance(values, range):
        return pandas.RangeIndex(values.start, values.stop, values.step, name=name)
    if freq is not None:
        kind = pandas.TimedeltaIndex if values.dtype.kind == "m" else pandas.DatetimeIndex
        return kind(values, freq=freq, name=name)
    return pandas.Index(values, name=name, dtype=getattr(values, "dtype", None))


def make_multi_index(parts: Parts) -> Any:
    """Return the labels of several levels."""
    import pandas

    codes = [columns.as_array(each) for each in parts["codes"]]
    return pandas.MultiIndex([_index(level) for level in parts["levels"]], codes, names=parts["names"])


def _index(given: Any) -> Any:
    """Return labels that may be a plain list."""
    import pandas

    if isinstance(given, pandas.Index):
        return given
    return make_index({"values": given})


def series_parts(series: Any) -> tuple[str, Parts]:
    """Return the kind and parts of a series."""
    parts: Parts = {"name": series.name, "index": series.index, "values": series.array}
    return "series", _with_flags(series, parts)


def frame_parts(frame: Any) -> tuple[str, Parts]:
    """Return the kind and parts of a table."""
    rows, width = frame.shape
    # By position, because a label may occur twice.
    data = [frame.iloc[:, number].array for number in range(width)]
    parts: Parts = {"shape": [rows, width], "columns": frame.columns, "index": frame.index, "data": data}
    return "dataframe", _with_flags(frame, parts)


def _with_flags(table: Any, parts: Parts) -> Parts:
    if table.attrs:
        parts["attrs"] = dict(table.attrs)
    if not table.flags.allows_duplicate_labels:
        parts["allows_duplicate_labels"] = False
    return parts


def make_series(parts: Parts) -> Any:
    """Return the series of these parts."""
    import pandas

    values = parts["values"]
    index = _index(parts["index"]) if "index" in parts else None
    kind = getattr(values, "dtype", None)
    made = pandas.Series(values, index=index, name=parts.get("name"), dtype=kind, copy=False)
    return _flagged(made, parts)


def make_frame(parts: Parts) -> Any:
    """Return the table of these parts: columns in `data`, or `rows` of plain values."""
    import pandas

    index = _index(parts["index"]) if "index" in parts else None
    if "rows" in parts:
        labels = _index(parts["columns"]) if "columns" in parts else None
        return _flagged(pandas.DataFrame(parts["rows"], columns=labels, index=index), parts)
    data = [_whole(column, index) for column in parts["data"]]
    lengths = {len(column) for column in data if index is None or len(column) != len(index)}
    if len(lengths) > (index is None):
        raise ValueError(f"columns of {sorted(lengths)} values" + ("" if index is None else f" for {len(index)} rows"))
    made = pandas.DataFrame(dict(enumerate(data)), index=index, copy=False) if data else pandas.DataFrame(index=index)
    made.columns = _index(parts["columns"])
    return _flagged(made, parts)


def _whole(column: Any, index: Any) -> Any:
    """Return a column whose type a table does not guess anew."""
    import pandas

    is_object = str(getattr(column, "dtype", "")) == "object"
    return pandas.Series(column, index=index, dtype=object, copy=False) if is_object else column


def _flagged(table: Any, parts: Parts) -> Any:
    if "attrs" in parts:
        table.attrs = parts["attrs"]
    if parts.get("allows_duplicate_labels") is False:
        table.flags.allows_duplicate_labels = False
    return table


# Scalars


def timestamp_parts(value: Any) -> tuple[str, Parts]:
    """Return the kind and parts of a timestamp: a datetime with a unit."""
    parts: Parts = {"value": value.isoformat(), "unit": value.unit}
    if value.tzinfo is not None:
        parts["zone"] = zone_name(value.tzinfo)
    if parts["value"][4] != "-":
        raise Refused("a timestamp after the year 9999")
    return "datetime", parts


def make_timestamp(parts: Parts) -> Any:
    """Return the timestamp of these parts."""
    unit, zone = parts["unit"], parts.get("zone")
    kind = f"datetime64[{unit}, {zone}]" if zone else f"datetime64[{unit}]"
    return columns.make_column({"dtype": kind, "values": [parts["value"]]})[0]


def timedelta_parts(value: Any) -> tuple[str, Parts]:
    """Return the kind and parts of a duration of pandas: a timedelta with nanoseconds and a unit."""
    names = ("days", "seconds", "microseconds", "nanoseconds")
    return "timedelta", {**{name: int(getattr(value, name)) for name in names}, "unit": value.unit}


def make_timedelta(parts: Parts) -> Any:
    """Return the duration of these parts."""
    import pandas

    seconds = parts["days"] * 86400 + parts["seconds"]
    count = seconds * 10**9 + parts["microseconds"] * 1000 + parts["nanoseconds"]
    unit = parts["unit"]
    return pandas.TimedeltaIndex(arrays.from_counts([count // _UNITS[unit]], f"m8[{unit}]"))[0]


def period_parts(value: Any) -> tuple[str, Parts]:
    """Return the kind and parts of a period."""
    return "period", {"value": str(value), "ordinal": value.ordinal, "freq": value.freqstr}


def make_period(parts: Parts) -> Any:
    """Return the period of these parts."""
    import pandas

    return pandas.Period(ordinal=parts["ordinal"], freq=parts["freq"])


def interval_parts(value: Any) -> tuple[str, Parts]:
    """Return the kind and parts of an interval."""
    return "interval", {"left": value.left, "right": value.right, "closed": value.closed}


def make_interval(parts: Parts) -> Any:
    """Return the interval of these parts."""
    import pandas

    return pandas.Interval(parts["left"], parts["right"], parts["closed"])


def offset_parts(value: Any) -> tuple[str, Parts]:
    """Return the kind and parts of an offset of dates, such as a frequency."""
    # A calendar repeats the holidays and the days of the week.
    options = {name: item for name, item in value.kwds.items() if name != "calendar"}
    name = type(value).__name__
    return "offset", {"name": name, "n": value.n, "normalize": bool(value.normalize), "options": options}


def make_offset(parts: Parts) -> Any:
    """Return the offset of these parts."""
    import pandas

    kind = getattr(pandas.offsets, parts["name"])
    if not (isinstance(kind, type) and issubclass(kind, pandas.offsets.BaseOffset)):
        raise Refused(f"an offset of the name {parts['name']}")
    return kind(parts["n"], **({"normalize": True} if parts["normalize"] else {}), **parts["options"])


def make_nat(_parts: Parts) -> Any:
    """Return the missing date of pandas."""
    import pandas

    return pandas.NaT


def make_na(_parts: Parts) -> Any:
    """Return the missing value of pandas."""
    import pandas

    return pandas.NA


# The writers by class, and the makers by kind. A writer returns a kind and its parts, or a tuple of an equal object of
# Python; it raises `Refused` for a value that has neither.
WRITERS: tuple[tuple[str, str, Callable[[Any], Any]], ...] = (
    ("numpy", "ndarray", lambda value: ("ndarray", arrays.array_parts(value))),
    ("pandas", "DataFrame", frame_parts),
    ("pandas", "Series", series_parts),
    ("pandas", "Index", index_parts),
    ("pandas.api.extensions", "ExtensionArray", lambda value: ("column", columns.column_parts(value))),
    ("pandas", "Timestamp", timestamp_parts),
    ("pandas", "Timedelta", timedelta_parts),
    ("pandas", "Period", period_parts),
    ("pandas", "Interval", interval_parts),
    ("pandas.api.typing", "NaTType", lambda _value: ("nat", {})),
    ("pandas.api.typing", "NAType", lambda _value: ("na", {})),
    ("pandas.tseries.offsets", "BaseOffset", offset_parts),
    # Last, because some of these classes are subclasses of Python's own numbers and texts.
    ("numpy", "generic", arrays.scalar_parts),
)
MAKERS: dict[str, Callable[[Parts], Any]] = {
    "ndarray": arrays.make_array,
    "datetime64": arrays.make_datetime64,
    "timedelta64": arrays.make_timedelta64,
    "longdouble": lambda parts: arrays.make_long_double(parts["value"]),
    "column": columns.make_column,
    "index": make_index,
    "multi_index": make_multi_index,
    "series": make_series,
    "dataframe": make_frame,
    "period": make_period,
    "interval": make_interval,
    "offset": make_offset,
    "nat": make_nat,
    "na": make_na,
}
