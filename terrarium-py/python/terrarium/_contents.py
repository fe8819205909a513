"""The contents of files in the forms that users pass: bytes, text, a file of the host, or an open file."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Mapping
from typing import IO, TYPE_CHECKING, Any

from terrarium._errors import TooLargeError

if TYPE_CHECKING:
    from typing import TypeAlias

Content: TypeAlias = str | bytes | bytearray | memoryview | os.PathLike[str] | IO[str] | IO[bytes]
"""Text, bytes, a path of the host (the file is read) or a file object (its rest is read). A `str` is text, no path."""

# The bytes of a file that are read at a time.
_PIECE = 16 << 20


def content(what: str, given: Any, limit: int) -> bytes:
    """Return the bytes of a content; `what` names it in errors. Of a file, at most `limit` bytes are read."""
    if type(given) is bytes:
        return given
    if isinstance(given, str):
        return _encoded(what, given)
    if isinstance(given, (bytes, bytearray, memoryview)):
        return bytes(given)
    if isinstance(given, os.PathLike):
        return _file(what, given, limit)
    read = getattr(given, "read", None)
    if callable(read):
        return _rest(what, read, limit)
    raise TypeError(f"{what}: expected str, bytes, a path or a file object, not {type(given).__name__}")


def contents(what: str, given: Any, limit: int) -> dict[str, bytes]:
    """Return the bytes of several files by path. Of files of the host, at most `limit` bytes are read in all."""
    if not isinstance(given, Mapping):
        raise TypeError(f"{what}: expected a mapping of paths to contents, not {type(given).__name__}")
    files = {}
    room = limit
    for name, item in given.items():
        data = content(f"{what}[{name!r}]", item, room)
        files[path(what, name)] = data
        room = max(room - len(data), 0)
    return files


def _file(what: str, given: os.PathLike[Any], limit: int) -> bytes:
    """Return the content of a file of the host. Nothing is waited for."""
    with open(given, "rb", buffering=0, opener=_without_waiting) as file:
        kind = os.fstat(file.fileno()).st_mode
        if not (stat.S_ISREG(kind) or stat.S_ISCHR(kind)):
            raise ValueError(f"{what}: {os.fspath(given)!r} is not a file; pass an open file to read from a pipe")
        return _rest(what, file.read, limit)


def _without_waiting(name: str, flags: int) -> int:
    return os.open(name, flags | getattr(os, "O_NONBLOCK", 0))


def _rest(what: str, read: Callable[..., Any], limit: int) -> bytes:
    """Return everything that `read` gives, until its end."""
    pieces: list[bytes] = []
    size = 0
    while size <= limit:
        try:
            data = read(min(limit + 1 - size, _PIECE))
        except TypeError:
            # A function without a parameter gives everything at once.
            data = read()
            return _piece(what, data)
        piece = _piece(what, data)
        if not piece:
            return pieces[0] if len(pieces) == 1 else b"".join(pieces)
        pieces.append(piece)
        size += len(piece)
    message = f"{what} is larger than the limit of {limit} bytes: raise the option `file_bytes`"
    raise TooLargeError(message, what=what, option="file_bytes", limit=limit, used=size)


def _piece(what: str, data: Any) -> bytes:
    if isinstance(data, str):
        return _encoded(what, data)
    if isinstance(data, (bytes, bytearray, memoryview)):
        return bytes(data)
    if data is None:
        raise ValueError(f"{what}: its read() would wait for data")
    raise TypeError(f"{what}: its read() returned {type(data).__name__}, not str or bytes")


def path(what: str, given: Any) -> str:
    """Return a path of the guest as text."""
    if isinstance(given, str):
        _encoded(what, given)
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
