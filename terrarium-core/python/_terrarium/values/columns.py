"""Columns of pandas (its arrays) as their parts, and back.

`cargo xtask codegen` copies this module into the Python package, so that both sides of the border use the same code.
It never imports pandas for a value that goes out: pandas has made it.

A column has a `dtype` in pandas' words and one of these layouts:

- `values`: a list, in which a missing value is None. Dates are ISO 8601, durations counts of their unit, and the values
  of an object column any values.
- `length`, `data`, and `validity` if a value is missing: the buffers of Arrow's fixed-size layout, little-endian. The
  bitmap has a bit for each value, the lowest first. A bool has a byte. Dates, durations and periods are counts of
  their unit since 1970, as integers of 64 bits.
- The same with `offsets`: the buffers of Arrow's layout for text, with 32 bits for each offset, or 64 where `data` has
  2 GiB.
- `codes`, `categories` and `ordered`: a categorical. A code of -1 is a missing value.
- `left` and `right`: intervals.
- `length`, `indices`, `points` and `fill_value`: a sparse column.
"""

from __future__ import annotations

from sys import modules

from _terrarium.pristine import BUILTINS
from _terrarium.values.arrays import LISTED, Refused, elements, from_bytes, make_array, raw, texts
from _terrarium.values.zones import make_zone, offset_text, split_offset, zone_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeAlias

    Parts: TypeAlias = dict[str, Any]

__builtins__ = BUILTINS


_MAX_INT32 = 2**31 - 1
# The years that pandas writes with four digits in a period, and reads again.
_FIRST_YEAR, _LAST_YEAR = 1000, 9999


def column_parts(array: Any) -> Parts:
    """Return the parts of an array of pandas."""
    pandas = modules["pandas"]
    kinds, kind, name = pandas.arrays, array.dtype, str(array.dtype)
    if isinstance(kind, pandas.StringDtype):
        return _text_column(name, array.to_numpy(object, na_value=None))
    if isinstance(array, kinds.NumpyExtensionArray):
        return _numpy_column(array.to_numpy())
    if isinstance(array, pandas.Categorical):
        codes = kinds.NumpyExtensionArray(modules["numpy"].asarray(array.codes))
        return {"dtype": name, "codes": codes, "categories": array.categories, "ordered": bool(array.ordered)}
    if isinstance(array, (kinds.DatetimeArray, kinds.TimedeltaArray, kinds.PeriodArray)):
        return _time_column(array)
    if isinstance(array, kinds.IntervalArray):
        return {"dtype": name, "left": array.left.array, "right": array.right.array}
    if isinstance(array, kinds.SparseArray):
        index = array.sp_index.to_int_index().indices
        points = kinds.NumpyExtensionArray(array.sp_values)
        return {
            "dtype": name,
            "length": len(array),
            "indices": kinds.NumpyExtensionArray(index),
            "points": points,
            "fill_value": array.fill_value,
        }
    if isinstance(array, (kinds.IntegerArray, kinds.FloatingArray, kinds.BooleanArray)):
        missing = array.isna()
        plain = array.to_numpy(kind.numpy_dtype, na_value=0)
        return _fixed_column(name, plain, missing if missing.any() else None)
    return {"dtype": name, "values": [None if missing else cell for cell, missing in zip(array, array.isna())]}  # noqa: B905


def _numpy_column(array: Any) -> Parts:
    kind = array.dtype
    if kind.kind == "O":
        return _object_column(array)
    if kind.kind in "biufc" and kind.char not in "gG":
        return _fixed_column(str(kind), array, None)
    return {"dtype": str(kind), "values": elements(array[:LISTED]) if len(array) <= LISTED else _listed(array)}


def _listed(array: Any) -> list[Any]:
    """Return the elements of a long array as a list."""
    return [item for start in range(0, len(array), LISTED) for item in elements(array[start : start + LISTED])]


def _fixed_column(name: str, array: Any, missing: Any) -> Parts:
    """Return a column of values of one size; `missing` has the places of missing ones."""
    if len(array) > LISTED:
        parts: Parts = {"dtype": name, "length": len(array), "data": raw(array)}
        if missing is not None:
            parts["validity"] = _bitmap(~missing)
        return parts
    values = array.tolist()
    if missing is not None:
        values = [None if gone else value for value, gone in zip(values, missing.tolist(), strict=True)]
    return {"dtype": name, "values": values}


def _bitmap(valid: Any) -> memoryview:
    return memoryview(modules["numpy"].packbits(valid, bitorder="little"))


def _object_column(array: Any) -> Parts:
    values = array.tolist()
    if len(values) > LISTED and {str, type(None)}.issuperset(map(type, values)):
        return _text_column("object", array)
    return {"dtype": "object", "values": values}


def _text_column(name: str, array: Any) -> Parts:
    """Return a column of `str` and None."""
    values = array.tolist()
    if len(values) <= LISTED:
        return {"dtype": name, "values": values}
    numpy = modules["numpy"]
    missing = None
    # The types are found without a step of Python for each value.
    if type(None) in set(map(type, values)):
        missing = numpy.fromiter((value is None for value in values), bool, len(values))
        values = ["" if value is None else value for value in values]
    joined = "".join(values)
    try:
        data = joined.encode()
    except UnicodeEncodeError:
        # Lone surrogates, which UTF-8 does not have.
        return {"dtype": name, "values": array.tolist()}
    lengths = map(len, values if len(data) == len(joined) else map(str.encode, values))
    ends = numpy.cumsum(numpy.fromiter(lengths, "i8", len(values)))
    offsets = numpy.zeros(len(values) + 1, "<i4" if len(data) <= _MAX_INT32 else "<i8")
    offsets[1:] = ends
    parts: Parts = {"dtype": name, "length": len(values), "offsets": raw(offsets), "data": memoryview(data)}
    if missing is not None:
        parts["validity"] = _bitmap(~missing)
    return parts


def _time_column(array: Any) -> Parts:
    """Return a column of dates, durations or periods."""
    numpy, pandas = modules["numpy"], modules["pandas"]
    kind, name = array.dtype, str(array.dtype)
    counts = numpy.asarray(array.view("i8"))
    missing = numpy.asarray(array.isna())
    zone = getattr(kind, "tz", None)
    if zone is not None:
        name = f"datetime64[{kind.unit}, {zone_name(zone)}]"
    if len(array) <= LISTED:
        written: Any
        if isinstance(array, pandas.arrays.PeriodArray):
            written = None if _has_far_years(array) else [str(cell) for cell in _quiet(list, array)]
        elif kind.kind == "m":
            written = counts.tolist()
        else:
            written = _instants(array, counts, zone)
        if written is not None:
            values = [None if gone else text for text, gone in zip(written, missing.tolist(), strict=True)]
            return {"dtype": name, "values": values}
    parts: Parts = {"dtype": name, "length": len(array), "data": raw(counts)}
    if missing.any():
        parts["validity"] = _bitmap(~missing)
    return parts


def _has_far_years(array: Any) -> bool:
    known = array[~array.isna()]
    return bool(len(known)) and not (_FIRST_YEAR <= known.year.min() <= known.year.max() <= _LAST_YEAR)


def _quiet(work: Any, *arguments: Any) -> Any:
    """Call a function without the warnings of pandas about kinds of periods that a program chose long ago."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return work(*arguments)


def _instants(array: Any, counts: Any, zone: Any) -> Any:
    """Return dates as ISO 8601 with their offsets, or None if a year has not four digits."""
    numpy = modules["numpy"]
    unit = array.dtype.unit if zone is not None else numpy.datetime_data(array.dtype)[0]
    instants = counts.view(f"M8[{unit}]")
    if zone is None:
        return texts(instants)
    local = numpy.asarray(array.tz_localize(None).view("i8")).view(f"M8[{unit}]")
    written = texts(local)
    if written is None or texts(instants) is None:
        return None
    offsets = numpy.where(numpy.isnat(local), 0, (local - instants).astype("m8[s]").astype("i8")).tolist()
    known = {offset: offset_text(offset) for offset in set(offsets)}
    return [text + known[offset] for text, offset in zip(written, offsets, strict=True)]


def make_column(parts: Parts) -> Any:
    """Return the array of pandas of these parts."""
    import pandas

    name, plain = parts["dtype"], pandas.arrays.NumpyExtensionArray
    if "codes" in parts:
        kind = pandas.CategoricalDtype(parts["categories"], parts["ordered"])
        return pandas.Categorical.from_codes(as_array(parts["codes"]).astype("i8"), dtype=kind)
    if "left" in parts:
        closed = name.rstrip("]").rpartition(", ")[2]
        left, right = pandas.Index(parts["left"]), pandas.Index(parts["right"])
        made = pandas.arrays.IntervalArray.from_arrays(left, right, closed)
    elif "indices" in parts:
        made = _make_sparse(parts)
    elif name.startswith("datetime64["):
        made = _make_dates(parts)
    elif name.startswith("timedelta64["):
        made = pandas.TimedeltaIndex(_counts(parts).view(f"m8[{name[12:-1]}]")).array
    elif name.startswith("period["):
        made = _quiet(_make_periods, parts)
    elif "offsets" in parts or name in ("str", "string", "object"):
        made = _make_texts(parts)
    else:
        made = _make_numbers(parts)
    # The name of a plain array's type does not tell the order of bytes, nor that a text is of bytes.
    became = str(getattr(made.dtype, "numpy_dtype", made.dtype) if isinstance(made, plain) else made.dtype)
    if became != name and (name, became) != ("str", "object"):
        raise Refused(f"a column of the type {name}, which became {became} in this version of pandas")
    return made


def as_array(values: Any) -> Any:
    """Return the numpy array of a column of numbers, or of a list of them."""
    import numpy

    return values.to_numpy() if hasattr(values, "to_numpy") else numpy.asarray(values)


def _missing(parts: Parts) -> Any:
    """Return the places of missing values."""
    import numpy

    if "values" in parts:
        return numpy.fromiter((value is None for value in parts["values"]), bool, len(parts["values"]))
    length = parts["length"]
    if "validity" not in parts:
        return numpy.zeros(length, bool)
    if length > 8 * len(parts["validity"]):
        raise ValueError(f"{len(parts['validity'])} bytes for a bitmap of {length} values")
    bits = numpy.unpackbits(numpy.frombuffer(parts["validity"], "u1"), count=length, bitorder="little")
    return bits == 0


def _counts(parts: Parts) -> Any:
    """Return integers of 64 bits, with numpy's own for NaT in missing places."""
    import numpy

    if "values" in parts:
        counts = numpy.array([0 if value is None else value for value in parts["values"]], "i8")
    else:
        counts = from_bytes(parts["data"], numpy.dtype("i8"), (parts["length"],))
    counts[_missing(parts)] = numpy.iinfo("i8").min
    return counts


def _make_dates(parts: Parts) -> Any:
    import numpy
    import pandas

    unit, _, zone = parts["dtype"][11:-1].partition(", ")
    kind = f"M8[{unit}]"
    if "values" not in parts:
        instants = _counts(parts).view(kind)
    elif zone:
        split = [split_offset(value) for value in parts["values"]]
        local = numpy.array([text for text, _ in split], kind)
        instants = local - numpy.array([offset for _, offset in split], "m8[s]")
    else:
        instants = numpy.array(["NaT" if value is None else value for value in parts["values"]], kind)
    index = pandas.DatetimeIndex(instants)
    return (index.tz_localize("UTC").tz_convert(make_zone(zone)) if zone else index).array


def _make_periods(parts: Parts) -> Any:
    import pandas

    freq = parts["dtype"][7:-1]
    if "values" in parts:
        return pandas.PeriodIndex(["NaT" if value is None else value for value in parts["values"]], freq=freq).array
    return pandas.arrays.PeriodArray(_counts(parts), dtype=pandas.PeriodDtype(freq))


def _make_sparse(parts: Parts) -> Any:
    import pandas
    from pandas._libs import sparse

    points = as_array(parts["points"])
    classes: Any = (sparse.IntIndex, pandas.arrays.SparseArray)
    index = classes[0](parts["length"], as_array(parts["indices"]).astype("i4"))
    return classes[1]._simple_new(points, index, pandas.SparseDtype(points.dtype, parts["fill_value"]))


def _make_texts(parts: Parts) -> Any:
    import numpy
    import pandas

    values = parts["values"] if "values" in parts else _read_texts(parts)
    kind: Any = parts["dtype"]
    if kind == "str":
        try:
            kind = pandas.StringDtype(na_value=numpy.nan)
        except TypeError:
            # Before pandas 2.3 text is an object column, in which nan is a missing value.
            kind, values = "object", [numpy.nan if value is None else value for value in values]
    if kind == "object":
        return pandas.arrays.NumpyExtensionArray(numpy.fromiter(values, object, len(values)))
    return pandas.array(values, dtype=kind)


def _read_texts(parts: Parts) -> list[str | None]:
    import numpy

    data, length = bytes(parts["data"]), parts["length"]
    width = len(parts["offsets"]) // (length + 1)
    offsets = from_bytes(parts["offsets"], numpy.dtype(f"i{width}"), (length + 1,)).tolist()
    text = data.decode()
    values: list[str | None]
    if len(text) == len(data):
        values = [text[start:end] for start, end in zip(offsets, offsets[1:])]  # noqa: B905, RUF007
    else:
        values = [data[start:end].decode() for start, end in zip(offsets, offsets[1:])]  # noqa: B905, RUF007
    if "validity" in parts:
        for place in _missing(parts).nonzero()[0].tolist():
            values[place] = None
    return values


def _make_numbers(parts: Parts) -> Any:
    import numpy
    import pandas

    name = parts["dtype"]
    try:
        kind = numpy.dtype(name)
    except TypeError:
        return _make_extension(parts)
    if "values" not in parts:
        made = from_bytes(parts["data"], kind, (parts["length"],))
    else:
        made = make_array({"dtype": name, "shape": [len(parts["values"])], "items": parts["values"]})
    return pandas.arrays.NumpyExtensionArray(made)


def _make_extension(parts: Parts) -> Any:
    """Return a column with a mask, or one of a type of a library."""
    import numpy
    import pandas

    kind: Any = pandas.api.types.pandas_dtype(parts["dtype"])
    plain = getattr(kind, "numpy_dtype", None)
    if plain is None or not kind.type.__module__.startswith("numpy"):
        return pandas.array(parts["values"], dtype=kind)
    if "values" in parts:
        values = numpy.array([0 if value is None else value for value in parts["values"]], plain)
    else:
        values = from_bytes(parts["data"], plain, (parts["length"],))
    return kind.construct_array_type()(values, _missing(parts))
