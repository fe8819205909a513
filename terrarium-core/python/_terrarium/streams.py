"""The standard streams: UTF-8, line-buffered, flushed whatever user code did to them."""

from __future__ import annotations

import sys
from _io import BufferedReader, BufferedWriter, FileIO, TextIOWrapper

from _terrarium.pristine import BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TextIO

__builtins__ = BUILTINS


_ERRORS = {"stdin": "strict", "stdout": "strict", "stderr": "backslashreplace"}
_DESCRIPTORS = {"stdin": 0, "stdout": 1, "stderr": 2}

# Ours, with the buffer below: user code may replace, detach or close the text layer.
_own: dict[str, TextIOWrapper] = {}
_buffers: dict[str, Any] = {}


def _make(name: str) -> None:
    descriptor = _DESCRIPTORS[name]
    reads = name == "stdin"
    raw = FileIO(descriptor, "r" if reads else "w", closefd=False)
    buffer: Any = BufferedReader(raw) if reads else BufferedWriter(raw)
    raw.name = "<" + name + ">"
    stream = TextIOWrapper(buffer, encoding="utf-8", errors=_ERRORS[name], line_buffering=not reads)
    stream.mode = "r" if reads else "w"  # type: ignore[misc]
    _own[name] = stream
    _buffers[name] = buffer


def _install(name: str) -> None:
    try:
        _make(name)
    except OSError:
        # The descriptor itself is closed: as in Python, there is no such stream.
        stream = None
    else:
        stream = _own[name]
    sys.__dict__[name] = sys.__dict__["__" + name + "__"] = stream


def _is_open(name: str) -> bool:
    # A detached stream has no buffer to ask and raises ValueError.
    try:
        return name in _own and not _own[name].closed
    except ValueError:
        return False


def set_up() -> None:
    """Make the three streams. The ones of the interpreter's start may have another encoding or error handler."""
    flush()
    for name in _DESCRIPTORS:
        _install(name)


def renew() -> None:
    """Get the streams ready for another run.

    Standard input starts anew, because what an earlier run left in its buffer is not part of this run's input. The
    output streams are left as the user wants them, unless they are gone.
    """
    if sys.__dict__.get("stdin") in (None, _own.get("stdin")):
        _install("stdin")
    for name in ("stdout", "stderr"):
        if sys.__dict__.get(name) is None or not _is_open(name):
            _install(name)


def _flush(stream: Any) -> None:
    if stream is not None:
        stream.flush()


def flush() -> None:
    """Flush the user's streams and then ours. May run user code; what goes wrong has nobody to be told to."""
    for stream in (sys.__dict__.get("stdout"), sys.__dict__.get("stderr"), *_own.values(), *_buffers.values()):
        try:
            _flush(stream)
        except Exception:
            pass


def complain(text: str) -> None:
    """Print a line to the user's standard error, as the interpreter does; nothing happens if that cannot be done."""
    stream: TextIO | None = sys.__dict__.get("stderr")
    try:
        if stream is not None:
            stream.write(text + "\n")
    except Exception:
        pass
