"""Typed values in: the JSON forms of `encode` become Python objects."""

from __future__ import annotations

from binascii import a2b_base64

from _terrarium.pristine import BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

__builtins__ = BUILTINS


class InputError(ValueError):
    """An input that is no typed value, or one of a kind that cannot be an input."""


def decode_inputs(inputs: dict[str, Any]) -> dict[str, Any]:
    """Return the inputs of a run as Python objects."""
    decoded = {}
    for name, value in inputs.items():
        try:
            decoded[name] = decode(value)
        except Exception as error:
            raise InputError(f"input {name!r}: {error or type(error).__name__}") from error
    return decoded


def decode_with(value: Any, contents: list[memoryview]) -> Any:
    """Return the object for a typed value with contents that were sent beside its text."""
    global _contents
    before, _contents = _contents, contents
    try:
        return decode(value)
    finally:
        _contents = before


_contents: list[memoryview] = []


def _blob(value: dict[str, Any]) -> bytes:
    return bytes(_contents[value["index"]])


def decode(value: Any) -> Any:
    """Return the object for a typed value. `value` is parsed JSON and may be changed."""
    kind = type(value)
    if kind is list:
        for number, item in enumerate(value):
            if type(item) is list or type(item) is dict:
                value[number] = decode(item)
        return value
    if kind is dict:
        tag = value.get("$type")
        if tag is None:
            return {name: decode(item) for name, item in value.items()}
        make = (_science(tag) if tag in _SCIENCE else _MAKERS.get(tag)) if type(tag) is str else None
        if make is None:
            raise InputError(f"a value of the kind {tag!r} cannot be an input")
        return make(value)
    return value


def _str(value: dict[str, Any]) -> str:
    return str(a2b_base64(value["surrogatepass"]), "utf-8", "surrogatepass")


def _int(value: dict[str, Any]) -> int:
    return int(value["hex"], 16) if "hex" in value else int(value["value"])


def _float(value: dict[str, Any]) -> float:
    return float(value["value"])


def _bytes(value: dict[str, Any]) -> bytes:
    return a2b_base64(value["base64"])


def _tuple(value: dict[str, Any]) -> Any:
    items = [decode(item) for item in value["items"]]
    if "fields" not in value:
        return tuple(items)
    from collections import namedtuple

    name = value.get("name", "Row").rpartition(".")[2]
    fields = tuple(value["fields"])
    # A class made with `rename=True` has names with an underscore, which are the same for the same places.
    renames: Any = any(field.startswith("_") for field in fields)
    kind: Any = namedtuple(name, fields, rename=renames)  # type: ignore[arg-type,misc]
    if kind._fields != fields:
        raise InputError(f"a named tuple with the fields {fields}")
    return kind(*items)


def _set(value: dict[str, Any]) -> set[Any]:
    return {decode(item) for item in value["items"]}


def _frozenset(value: dict[str, Any]) -> frozenset[Any]:
    return frozenset([decode(item) for item in value["items"]])


def _dict(value: dict[str, Any]) -> dict[Any, Any]:
    return {decode(key): decode(item) for key, item in value["items"]}


def _complex(value: dict[str, Any]) -> complex:
    return complex(decode(value["real"]), decode(value["imag"]))


def _range(value: dict[str, Any]) -> range:
    return range(decode(value["start"]), decode(value["stop"]), decode(value["step"]))


def _moment(name: str) -> Callable[[dict[str, Any]], Any]:
    def make(value: dict[str, Any]) -> Any:
        if "unit" in value:
            from _terrarium.values.tables import make_timestamp

            return make_timestamp(value)
        import datetime

        made = getattr(datetime, name).fromisoformat(value["value"])
        zone, fold = value.get("zone"), value.get("fold")
        if zone is not None:
            from zoneinfo import ZoneInfo

            made = made.replace(tzinfo=ZoneInfo(zone))
        return made.replace(fold=fold) if fold else made

    return make


def _timedelta(value: dict[str, Any]) -> Any:
    if "unit" in value:
        from _terrarium.values.tables import make_timedelta

        return make_timedelta(value)
    from datetime import timedelta

    return timedelta(value["days"], value["seconds"], value["microseconds"])


def _deque(value: dict[str, Any]) -> Any:
    from collections import deque

    return deque([decode(item) for item in value["items"]], value.get("maxlen"))


def _decimal(value: dict[str, Any]) -> Any:
    from decimal import Decimal

    return Decimal(value["value"])


def _fraction(value: dict[str, Any]) -> Any:
    from fractions import Fraction

    return Fraction(decode(value["numerator"]), decode(value["denominator"]))


def _uuid(value: dict[str, Any]) -> Any:
    from uuid import UUID

    return UUID(value["value"])


def _path(value: dict[str, Any]) -> Any:
    from pathlib import Path

    return Path(value["value"])


def _enum(value: dict[str, Any]) -> Any:
    # The class does not exist here; the value remains.
    return decode(value["value"])


def _dataclass(value: dict[str, Any]) -> Any:
    # The class does not exist here; a namespace has the same attributes.
    from types import SimpleNamespace

    return SimpleNamespace(**{name: decode(item) for name, item in value["fields"].items()})


def _science(kind: str) -> Callable[[dict[str, Any]], Any]:
    """Return the maker of a kind of numpy or pandas."""

    def make(value: dict[str, Any]) -> Any:
        from _terrarium.values.tables import MAKERS

        return MAKERS[kind]({name: decode(part) for name, part in value.items() if name != "$type"})

    return make


# The kinds of numpy and pandas.
_SCIENCE = frozenset(
    (
        *("ndarray", "datetime64", "timedelta64", "longdouble", "column", "index", "multi_index", "series"),
        *("dataframe", "period", "interval", "offset", "nat", "na"),
    )
)
_MAKERS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "str": _str,
    "int": _int,
    "float": _float,
    "bytes": _bytes,
    "tuple": _tuple,
    "set": _set,
    "frozenset": _frozenset,
    "dict": _dict,
    "complex": _complex,
    "range": _range,
    "datetime": _moment("datetime"),
    "date": _moment("date"),
    "time": _moment("time"),
    "timedelta": _timedelta,
    "decimal": _decimal,
    "fraction": _fraction,
    "uuid": _uuid,
    "path": _path,
    "enum": _enum,
    "dataclass": _dataclass,
    "deque": _deque,
    "blob": _blob,
}
