"""Generated tables, columns and arrays, for the properties that hold for each of them."""

import datetime

import numpy as np
import pandas as pd
from hypothesis import strategies as st

TEXT = st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=8)
ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "UTC+01:30"])
UNITS = st.sampled_from(["s", "ms", "us", "ns"])
NAMES = st.none() | TEXT | st.integers(-5, 5) | st.tuples(TEXT, st.integers(0, 3))
OF_NUMPY = ["bool", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16"]
KINDS = ["numpy", "nullable", "text", "object", "category", "dates", "zoned", "durations", "periods", "intervals"]
OF_PANDAS = ["Int8", "Int64", "UInt16", "UInt64", "Float32", "Float64", "boolean"]


def elements(draw, name, size, order="="):
    """An array of any bytes."""
    if name == "bool":
        return np.array(draw(st.lists(st.booleans(), min_size=size, max_size=size)), bool)
    dtype = np.dtype(name).newbyteorder(order)
    raw = draw(st.binary(min_size=size * dtype.itemsize, max_size=size * dtype.itemsize))
    return np.ndarray(size, dtype, raw).copy()


def instants(draw, size):
    unit = draw(UNITS)
    bound = {"s": 2**35, "ms": 2**45, "us": 2**55, "ns": 2**62}[unit]
    counts = draw(st.lists(st.integers(-bound, bound) | st.just(-(2**63)), min_size=size, max_size=size))
    return np.array(counts, "i8").view(f"M8[{unit}]")


@st.composite
def columns(draw, size):
    kind = draw(st.sampled_from(KINDS))
    if kind in ("dates", "zoned"):
        index = pd.DatetimeIndex(instants(draw, size))
        if kind == "dates":
            return index.array
        name = draw(ZONES)
        zone = datetime.timezone(datetime.timedelta(hours=1.5)) if name.startswith("UTC+") else name
        return index.tz_localize("UTC").tz_convert(zone).array
    if kind == "durations":
        return pd.TimedeltaIndex(instants(draw, size).view("i8").view(f"m8[{draw(UNITS)}]")).array
    if kind == "periods":
        freq = draw(st.sampled_from(["M", "Y-MAR", "Q-NOV", "W-THU", "D", "h", "15min", "s", "us", "ns"]))
        ordinals = draw(st.lists(st.integers(-200, 2000) | st.just(-(2**63)), min_size=size, max_size=size))
        return pd.arrays.PeriodArray(np.array(ordinals, "i8"), dtype=pd.PeriodDtype(freq))
    if kind == "numpy":
        return pd.arrays.NumpyExtensionArray(elements(draw, draw(st.sampled_from(OF_NUMPY)), size))
    if kind == "nullable":
        dtype = draw(st.sampled_from(OF_PANDAS))
        values = draw(st.lists(st.none() | st.integers(0, 1), min_size=size, max_size=size))
        return pd.array(values, dtype=dtype)
    if kind == "text":
        values = draw(st.lists(st.none() | TEXT, min_size=size, max_size=size))
        return pd.array(values, dtype=draw(st.sampled_from(["str", "string"])))
    if kind == "intervals":
        closed = draw(st.sampled_from(["left", "right", "both", "neither"]))
        left = np.array(
            draw(st.lists(st.integers(-9, 9), min_size=size, max_size=size)), draw(st.sampled_from(["i8", "f8"]))
        )
        return pd.arrays.IntervalArray.from_arrays(left, left + 1, closed)
    if kind == "category":
        categories = draw(st.lists(TEXT, unique=True, max_size=5) | st.lists(st.integers(), unique=True, max_size=5))
        codes = draw(st.lists(st.integers(-1, len(categories) - 1), min_size=size, max_size=size))
        labels = pd.Index(categories, dtype=None if categories else object)
        return pd.Categorical.from_codes(codes, dtype=pd.CategoricalDtype(labels, draw(st.booleans())))
    cells = (
        st.none()
        | st.integers()
        | st.floats()
        | TEXT
        | st.dates()
        | st.just(pd.NaT)
        | st.just(pd.NA)
        | st.lists(st.integers(), max_size=2)
    )
    values = draw(st.lists(cells, min_size=size, max_size=size))
    made = np.empty(size, object)
    made[:] = [None] * size
    for place, value in enumerate(values):
        made[place] = value
    return pd.arrays.NumpyExtensionArray(made)


@st.composite
def labels(draw, size):
    kind = draw(st.sampled_from(["range", "column", "levels", "dates"]))
    if kind == "range":
        start, step = draw(st.integers(-9, 9)), draw(st.sampled_from([1, 2, -3]))
        return pd.RangeIndex(start, start + step * size, step, name=draw(NAMES))
    if kind == "dates" and size > 2:
        freq = draw(st.sampled_from(["D", "h", "MS", "B", "2W-TUE", "QE-NOV", "15min"]))
        return pd.date_range(
            "2020-01-01", periods=size, freq=freq, tz=draw(st.none() | st.just("Europe/Berlin")), name=draw(NAMES)
        )
    if kind == "levels":
        levels, codes = [], []
        for _ in range(draw(st.integers(1, 3))):
            level = pd.Index(draw(st.lists(TEXT, unique=True, min_size=1, max_size=4)))
            levels.append(level)
            codes.append(draw(st.lists(st.integers(-1, len(level) - 1), min_size=size, max_size=size)))
        return pd.MultiIndex(levels, codes, names=draw(st.lists(NAMES, min_size=len(levels), max_size=len(levels))))
    array = draw(columns(size).filter(lambda array: str(array.dtype) not in ("object", "float16")))
    return pd.Index(array, name=draw(NAMES))


@st.composite
def tables(draw):
    size, width = draw(st.integers(0, 6)), draw(st.integers(0, 5))
    index = draw(labels(size))
    data = {
        number: pd.Series(array, index=index, dtype=array.dtype)
        for number, array in enumerate(draw(columns(size)) for _ in range(width))
    }
    table = pd.DataFrame(data, index=index)
    table.columns = draw(labels(width))
    return table
