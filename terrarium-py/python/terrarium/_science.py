"""Arrays and tables: objects of numpy and pandas where these are installed, else the classes of `_kinds`.

The conversions are those of the guest: `_arrays`, `_columns`, `_tables`.
"""

from __future__ import annotations

import sys
from typing import Any

from terrarium._kinds import Array, Column, Index, Series, Table, Tagged
from terrarium._tables import MAKERS, WRITERS

_RECORDS = (Array, Column, Index, Series, Table)


def make(kind: str, parts: dict[str, Any]) -> Any:
    """Return the object of a kind, or its record where the object cannot be made here."""
    if any(_has_record(part) for part in parts.values()):
        return _record(kind, parts)
    try:
        return MAKERS[kind](parts)
    except Exception:
        # The library is not installed, its version does not have the type, or the guest sent something else.
        return _record(kind, parts)


def _has_record(part: Any) -> bool:
    """Return whether a part, or an item of a list of parts, has no object here."""
    return isinstance(part, _RECORDS) or (type(part) is list and any(isinstance(item, _RECORDS) for item in part))


def _record(kind: str, parts: dict[str, Any]) -> Any:
    try:
        return _record_of(kind, dict(parts))
    except (KeyError, TypeError):
        # The guest sent something else; a `Tagged` loses nothing of it.
        return Tagged(kind, parts)


def _record_of(kind: str, parts: dict[str, Any]) -> Any:
    if kind == "ndarray":
        data = parts.pop("data") if "data" in parts else parts.pop("items")
        return Array(parts.pop("dtype"), tuple(parts.pop("shape")), data, parts)
    if kind == "column":
        return Column(parts.pop("dtype"), parts)
    if kind == "index":
        return Index([parts.pop("name", None)], parts)
    if kind == "multi_index":
        return Index(parts.pop("names"), parts)
    if kind == "series":
        return Series(parts.pop("name", None), parts.pop("index"), parts.pop("values"), parts)
    if kind == "dataframe" and "data" in parts:
        shape = tuple(parts.pop("shape"))
        return Table(shape, parts.pop("columns"), parts.pop("index"), parts.pop("data"), parts)
    return Tagged(kind, parts)


def encode(value: Any) -> Any:
    """Convert an object of numpy or pandas to a `Tagged`, or to a built-in object; return None for any other object."""
    for module, name, write in WRITERS:
        kind = getattr(sys.modules.get(module), name, None)
        if isinstance(kind, type) and isinstance(value, kind):
            written = _written(value, write)
            return written[0] if len(written) == 1 else Tagged(written[0], _contents(written[1]))
    return None


def _written(value: Any, write: Any) -> Any:
    try:
        return write(value)
    except TypeError as error:
        raise TypeError(f"{error} cannot be an input") from error
    except AttributeError as error:
        pandas = sys.modules.get("pandas")
        version = getattr(pandas, "__version__", "none")
        raise TypeError(
            f"a {type(value).__name__} of pandas {version} cannot be an input; 2.1 or newer is needed"
        ) from error


def _contents(parts: dict[str, Any]) -> dict[str, Any]:
    return {name: bytes(part) if type(part) is memoryview else part for name, part in parts.items()}
