"""Values of classes that are not built into Python, from and to a kind and its parts. Called by the native module.

`decode` and `encode` import only what a value needs: numpy and pandas only for their values.
"""

from __future__ import annotations

import sys
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from terrarium._kinds import Array, Column, Index, Opaque, Series, Table, Tagged

if TYPE_CHECKING:
    from collections.abc import Callable

# Decimal digits that every limit on conversions (`sys.set_int_max_str_digits`) allows at a time.
_DIGITS = 600
# Digits of a fraction of seconds that Python can hold.
_MICROSECONDS = 6


def integer(digits: str) -> int:
    """Return the int for any number of decimal digits, or of hexadecimal ones after `0x`."""
    if "x" in digits:
        return int(digits, 16)
    sign, digits = (-1, digits[1:]) if digits.startswith("-") else (1, digits)
    value = 0
    for start in range(0, len(digits), _DIGITS):
        piece = digits[start : start + _DIGITS]
        value = value * 10 ** len(piece) + int(piece)
    return sign * value


def decode(kind: str, parts: dict[str, Any]) -> Any:
    """Return the object of a kind with these parts, or a `Tagged` where no equal object exists."""
    if kind in _SCIENCE:
        return _science(kind, parts)
    make = _MAKERS.get(kind)
    if make is not None:
        try:
            return make(parts)
        except Exception:
            # The guest may send anything; a `Tagged` loses nothing of it.
            return Tagged(kind, parts)
    return Tagged(kind, parts)


def _text(parts: dict[str, Any]) -> str:
    from binascii import a2b_base64

    return a2b_base64(parts["surrogatepass"]).decode("utf-8", "surrogatepass")


def _named_tuple(parts: dict[str, Any]) -> Any:
    return _tuple_class(parts["name"].rpartition(".")[2], tuple(parts["fields"]))(*parts["items"])


@lru_cache(maxsize=256)
def _tuple_class(name: str, fields: tuple[str, ...]) -> Any:
    from collections import namedtuple

    # A class made with `rename=True` has names with an underscore, which are the same for the same places.
    renames: Any = any(field.startswith("_") for field in fields)
    kind: Any = namedtuple(name, fields, rename=renames)  # type: ignore[arg-type,misc]
    if kind._fields != fields:
        raise ValueError(f"a named tuple with the fields {fields}")

    class Named(kind):  # type: ignore[misc,unused-ignore]
        __slots__ = ()

        def __reduce__(self) -> tuple[Any, ...]:
            # Unpickling makes the class anew.
            return _restored, (name, fields, tuple(self))

    Named.__name__ = Named.__qualname__ = name
    return Named


def _restored(name: str, fields: tuple[str, ...], items: tuple[Any, ...]) -> Any:
    return _tuple_class(name, fields)(*items)


def _range(parts: dict[str, Any]) -> range:
    return range(parts["start"], parts["stop"], parts["step"])


def _moment(name: str) -> Callable[[dict[str, Any]], Any]:
    def make(parts: dict[str, Any]) -> Any:
        if "unit" in parts:
            from terrarium._tables import make_timestamp

            return make_timestamp(parts)
        import datetime

        text: str = parts["value"]
        made = getattr(datetime, name).fromisoformat(text)
        if len(text.partition(".")[2].partition("+")[0].partition("-")[0]) > _MICROSECONDS:
            raise ValueError("finer than microseconds")
        zone, fold = parts.get("zone"), parts.get("fold")
        if zone is not None:
            from zoneinfo import ZoneInfo

            made = made.replace(tzinfo=ZoneInfo(zone))
        return made.replace(fold=fold) if fold else made

    return make


def _timedelta(parts: dict[str, Any]) -> Any:
    if "unit" in parts:
        from terrarium._tables import make_timedelta

        return make_timedelta(parts)
    from datetime import timedelta

    return timedelta(parts["days"], parts["seconds"], parts["microseconds"])


def _deque(parts: dict[str, Any]) -> Any:
    from collections import deque

    return deque(parts["items"], parts["maxlen"])


def _decimal(parts: dict[str, Any]) -> Any:
    from decimal import Decimal

    return Decimal(parts["value"])


def _fraction(parts: dict[str, Any]) -> Any:
    from fractions import Fraction

    return Fraction(parts["numerator"], parts["denominator"])


def _uuid(parts: dict[str, Any]) -> Any:
    from uuid import UUID

    return UUID(parts["value"])


def _path(parts: dict[str, Any]) -> Any:
    from pathlib import PurePosixPath

    return PurePosixPath(parts["value"])


def _opaque(parts: dict[str, Any]) -> Opaque:
    return Opaque(parts["class"], parts["repr"])


def _science(kind: str, parts: dict[str, Any]) -> Any:
    from terrarium import _science

    return _science.make(kind, parts)


# The kinds of numpy and pandas.
_SCIENCE = frozenset(
    (
        *("ndarray", "datetime64", "timedelta64", "longdouble", "column", "index", "multi_index", "series"),
        *("dataframe", "period", "interval", "offset", "nat", "na"),
    )
)
_MAKERS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "str": _text,
    "tuple": _named_tuple,
    "range": _range,
    "datetime": _moment("datetime"),
    "date": _moment("date"),
    "time": _moment("time"),
    "timedelta": _timedelta,
    "decimal": _decimal,
    "fraction": _fraction,
    "uuid": _uuid,
    "path": _path,
    "object": _opaque,
    "deque": _deque,
}


def encode(value: Any) -> Any:
    """Convert an object of any other class to a `Tagged`, or to an object of its built-in base class."""
    for write in _writers():
        found = write(value)
        if found is not None:
            # A complex number of numpy has become one of Python, which is written with its parts.
            return encode(found) if type(found) is complex else found
    kind = type(value)
    raise TypeError(f"a value of the class {kind.__module__}.{kind.__qualname__} cannot be an input")


def _writers() -> list[Callable[[Any], Any]]:
    writers: list[Callable[[Any], Any]] = [_encode_own, _encode_enum, _encode_standard, _encode_base]
    if "numpy" in sys.modules:
        from terrarium import _science

        writers.insert(0, _science.encode)
    return writers


def _encode_own(value: Any) -> Tagged | None:
    if isinstance(value, Opaque):
        return Tagged("object", {"class": value.class_name, "repr": value.repr})
    if isinstance(value, (Array, Column, Index, Series, Table)):
        return value._tagged()
    return None


def _encode_enum(value: Any) -> Tagged | None:
    enum = sys.modules.get("enum")
    if enum is not None and isinstance(value, enum.Enum):
        return Tagged("enum", {"class": type(value).__qualname__, "name": value.name, "value": value.value})
    return None


def _encode_standard(value: Any) -> Tagged | None:
    for module, name, write in _STANDARD:
        kind = getattr(sys.modules.get(module), name, None)
        if kind is not None and isinstance(value, kind):
            return write(value)
    fields = getattr(type(value), "__dataclass_fields__", None)
    if fields is not None:
        present = {name: getattr(value, name) for name in fields if hasattr(value, name)}
        return Tagged("dataclass", {"name": type(value).__qualname__, "fields": present})
    return None


def _encode_base(value: Any) -> Any:
    if isinstance(value, str):
        return _encode_text(value)
    if isinstance(value, tuple):
        names = getattr(type(value), "_fields", None)
        if isinstance(names, tuple):
            name = type(value).__qualname__
            return Tagged("tuple", {"name": name, "fields": list(names), "items": list(tuple.__iter__(value))})
        return tuple(value)
    if isinstance(value, memoryview):
        return value.tobytes()
    bases: tuple[type, ...] = (int, float, bytes, list, dict, set, frozenset)
    for base in bases:
        if isinstance(value, base):
            return base(value)
    if isinstance(value, bytearray):
        return bytes(value)
    return None


def _encode_text(value: str) -> Any:
    try:
        value.encode()
    except UnicodeEncodeError:
        from binascii import b2a_base64

        data = b2a_base64(value.encode("utf-8", "surrogatepass"), newline=False)
        return Tagged("str", {"surrogatepass": data.decode("ascii")})
    return "".join(value)


def _with_text(kind: str) -> Callable[[Any], Tagged]:
    return lambda value: Tagged(kind, {"value": str(value)})


def _with_moment(kind: str) -> Callable[[Any], Tagged]:
    def write(value: Any) -> Tagged:
        parts = {"value": value.isoformat()}
        zone, fold = getattr(value, "tzinfo", None), getattr(value, "fold", 0)
        if zone is not None:
            from terrarium._zones import zone_of_moment

            name, fold = zone_of_moment(value)
            if name is not None:
                parts["zone"] = name
            elif value.utcoffset() is None:
                raise TypeError(f"a {kind} with the time zone {zone!r} cannot be an input; its zone has no name")
        if fold:
            parts["fold"] = fold
        return Tagged(kind, parts)

    return write


def _with_parts(kind: str, *names: str) -> Callable[[Any], Tagged]:
    return lambda value: Tagged(kind, {name: getattr(value, name) for name in names})


# Only modules that the program has imported can have made the value. A datetime is also a date, so it comes first.
_STANDARD: tuple[tuple[str, str, Callable[[Any], Tagged]], ...] = (
    ("builtins", "complex", _with_parts("complex", "real", "imag")),
    ("builtins", "range", _with_parts("range", "start", "stop", "step")),
    ("datetime", "datetime", _with_moment("datetime")),
    ("datetime", "date", _with_moment("date")),
    ("datetime", "time", _with_moment("time")),
    ("datetime", "timedelta", _with_parts("timedelta", "days", "seconds", "microseconds")),
    ("collections", "deque", lambda value: Tagged("deque", {"items": list(value), "maxlen": value.maxlen})),
    ("decimal", "Decimal", _with_text("decimal")),
    ("fractions", "Fraction", _with_parts("fraction", "numerator", "denominator")),
    ("uuid", "UUID", _with_text("uuid")),
    ("pathlib", "PurePath", lambda value: Tagged("path", {"value": value.as_posix()})),
)
