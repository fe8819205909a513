"""The contents of files in the forms that users pass: bytes, text, a file of the host, or an open file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import TypeAlias

Content: TypeAlias = str | bytes | bytearray | memoryview | os.PathLike[str] | IO[str] | IO[bytes]
"""Text, bytes, a path of the host (the file is read) or a file object (its rest is read). A `str` is text, no path."""


def content(what: str, given: Any) -> bytes:
    """Return the bytes of a content; `what` names it in errors."""
    if type(given) is bytes:
        return given
    if isinstance(given, str):
        return _encoded(what, given)
    if isinstance(given, (bytes, bytearray, memoryview)):
        return bytes(given)
    if isinstance(given, os.PathLike):
        with open(given, "rb") as file:
            return file.read()
    read = getattr(given, "read", None)
    if callable(read):
        data = read()
        if isinstance(data, str):
            return _encoded(what, data)
        if isinstance(data, (bytes, bytearray, memoryview)):
            return bytes(data)
        raise TypeError(f"{what}: its read() returned {type(data).__name__}, not str or bytes")
    raise TypeError(f"{what}: expected str, bytes, a path or a file object, not {type(given).__name__}")


def contents(what: str, given: Any) -> dict[str, bytes]:
    """Return the bytes of several files by path."""
    if not isinstance(given, Mapping):
        raise TypeError(f"{what}: expected a mapping of paths to contents, not {type(given).__name__}")
    return {path(what, name): content(f"{what}[{name!r}]", item) for name, item in given.items()}


def path(what: str, given: Any) -> str:
    """Return a path of the guest as text."""
    if isinstance(given, str):
        return given
    if isinstance(given, os.PathLike):
        text = os.fspath(given)
        if isinstance(text, str):
            return text.replace(os.sep, "/")
    raise TypeError(f"{what}: a path is a str, not {type(given).__name__}")


def _encoded(what: str, text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"{what}: the text has a lone surrogate at {error.start}, which UTF-8 cannot hold") from None
