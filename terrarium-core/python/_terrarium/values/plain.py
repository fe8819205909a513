"""JSON text of what JSON has a type for, and of bytes."""

from __future__ import annotations

from _json import encode_basestring
from binascii import b2a_base64
from math import isfinite

from _terrarium.pristine import BUILTINS
from _terrarium.wire import PLAIN_INT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__builtins__ = BUILTINS


def base64_text(data: bytes | bytearray | memoryview) -> str:
    """Return the JSON text of bytes in base64."""
    return '"' + b2a_base64(data, newline=False).decode("ascii") + '"'


def float_text(value: float) -> str:
    """Return the JSON text of a float."""
    text = float.__repr__(value)
    return text if isfinite(value) else '{"$type":"float","value":"' + text + '"}'


def has_plain_keys(pairs: list[tuple[Any, Any]]) -> bool:
    """Return whether the keys of a dict can be those of a JSON object."""
    for key, _ in pairs:
        if type(key) is not str or key == "$type":
            return False
        if not key.isascii():
            try:
                key.encode()
            except UnicodeEncodeError:
                return False
    return True


def _inside(numbers: list[Any] | tuple[Any, ...]) -> str:
    """Return the items of the repr of a list, which is the text of a JSON array too."""
    return list.__repr__(list(numbers))[1:-1]


def simple_items(chunk: list[Any] | tuple[Any, ...]) -> str | None:
    """Return the items of an array as text when they are all of one simple type, without a call for each."""
    kinds = set(map(type, chunk))
    if len(kinds) != 1:
        return None
    kind = kinds.pop()
    if kind is int:
        if min(chunk) < -PLAIN_INT or max(chunk) > PLAIN_INT:
            return None
        return _inside(chunk)
    if kind is float:
        return _inside(chunk) if all(map(isfinite, chunk)) else None
    if kind is str:
        if max(map(len, chunk)) > 64:
            return None
        text = ",".join(map(encode_basestring, chunk))
        try:
            text.encode()
        except UnicodeEncodeError:
            return None
        return text
    return None
