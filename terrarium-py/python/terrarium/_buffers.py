"""Values and labels of the classes of `_kinds`, without numpy and pandas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from terrarium._kinds import Column, Index

# The codes of the module `struct` for the types of numbers.
_CODES = {
    "bool": "?", "boolean": "?", "int8": "b", "int16": "h", "int32": "i", "int64": "q", "uint8": "B", "uint16": "H",
    "uint32": "I", "uint64": "Q", "float16": "e", "float32": "f", "float64": "d", "complex64": "ff", "complex128": "dd",
}  # fmt: skip
_MISSING_DATE = -(2**63)


def values_of(column: Column) -> list[Any]:
    """Return the values of a column, None for missing ones."""
    parts = column.parts
    if "values" in parts:
        return list(parts["values"])
    if "codes" in parts:
        categories = parts["categories"].tolist()
        return [None if code < 0 else categories[code] for code in parts["codes"].tolist()]
    if "left" in parts:
        return list(zip(parts["left"].tolist(), parts["right"].tolist(), strict=True))
    if "indices" in parts:
        values = [parts["fill_value"]] * parts["length"]
        for place, value in zip(parts["indices"].tolist(), parts["points"].tolist(), strict=True):
            values[place] = value
        return values
    found = _texts(parts) if "offsets" in parts else _numbers(column.dtype, parts["data"])
    validity = parts.get("validity")
    if validity is None:
        return found
    return [value if validity[place >> 3] >> (place & 7) & 1 else None for place, value in enumerate(found)]


def _numbers(dtype: str, data: Any) -> list[Any]:
    from struct import iter_unpack

    code = _CODES.get(dtype.lower())
    if code is None:
        # Dates, durations and periods.
        return [None if count == _MISSING_DATE else count for (count,) in iter_unpack("<q", data)]
    if len(code) > 1:
        return [complex(*parts) for parts in iter_unpack("<" + code, data)]
    return [value for (value,) in iter_unpack("<" + code, data)]


def _texts(parts: dict[str, Any]) -> list[Any]:
    data, width = bytes(parts["data"]), len(parts["offsets"]) // (parts["length"] + 1)
    places = _numbers(f"int{width * 8}", parts["offsets"])
    return [data[start:end].decode() for start, end in zip(places, places[1:])]  # noqa: B905, RUF007


def labels_of(index: Index) -> list[Any]:
    """Return labels, which are tuples if there are several levels."""
    parts = index.parts
    if "levels" not in parts:
        values = parts["values"]
        return values.tolist() if hasattr(values, "tolist") else list(values)
    columns = []
    for level, codes in zip(parts["levels"], parts["codes"], strict=True):
        labels = level.tolist()
        columns.append([None if code < 0 else labels[code] for code in codes.tolist()])
    return list(zip(*columns, strict=True))
