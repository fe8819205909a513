"""The standard streams: UTF-8, output unbuffered, and flushed whatever user code did to them."""

from __future__ import annotations

import sys
from _io import BufferedReader, FileIO, TextIOWrapper

from _terrarium.pristine import BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TextIO

__builtins__ = BUILTINS


# As in the locale C.UTF-8: names of files that are no UTF-8 can be printed.
_ERRORS = {"stdin": "surrogateescape", "stdout": "surrogateescape", "stderr": "backslashreplace"}
_encoding = "utf-8"
_DESCRIPTORS = {"stdin": 0, "stdout": 1, "stderr": 2}

# The harness's own streams: user code may replace, detach or close the public ones.
_own: dict[str, TextIOWrapper] = {}


class _Input(FileIO):
    """Standard input, which records whether anything was read from it."""

    touched = False

    def readinto(self, buffer: Any) -> int | None:
        """Read into a buffer."""
        self.touched = True
        return FileIO.readinto(self, buffer)

    def readall(self) -> bytes:
        """Read to the end."""
        self.touched = True
        return FileIO.readall(self)

    def read(self, size: int | None = -1) -> bytes | Any:
        """Read up to `size` bytes."""
        self.touched = True
        return FileIO.read(self, size)


_input: _Input | None = None


def _make(name: str) -> None:
    global _input
    descriptor = _DESCRIPTORS[name]
    reads = name == "stdin"
    raw = _Input(descriptor, "r", closefd=False) if reads else FileIO(descriptor, "w", closefd=False)
    # No data is kept back on this side: a run may be stopped by force at any time, and its output must have arrived. It
    # also keeps the order of output through the text layer, its buffer and the descriptor.
    buffer: Any = BufferedReader(raw) if reads else raw
    raw.name = "<" + name + ">"
    stream = TextIOWrapper(
        # Lines of the input keep their ends, as on every Unix.
        *(buffer, _encoding, _ERRORS[name], "\n"),
        line_buffering=name == "stderr",
        write_through=not reads,
    )
    stream.mode = "r" if reads else "w"  # type: ignore[misc]
    _own[name] = stream
    if type(raw) is _Input:
        _input = raw


def _install(name: str) -> None:
    try:
        _make(name)
    except OSError:
        # The descriptor itself is closed: as in Python, the stream does not exist.
        stream = None
    else:
        stream = _own[name]
    sys.__dict__[name] = sys.__dict__["__" + name + "__"] = stream


def _is_open(name: str) -> bool:
    # A detached stream has no buffer and raises ValueError.
    try:
        return name in _own and not _own[name].closed
    except ValueError:
        return False


def own(name: str) -> TextIOWrapper | None:
    """Return the harness's own stream."""
    return _own.get(name)


def input_file() -> _Input | None:
    """Return the file of the standard input."""
    return _input


def set_up() -> None:
    """Make the three streams. The initial ones of the interpreter may have another encoding or error handler."""
    flush()
    for name in _DESCRIPTORS:
        _install(name)


def encode_as(encoding: str | None, errors: str | None) -> None:
    """Change the encoding and the error handler of the streams; that of the standard error stays."""
    global _encoding
    _encoding = encoding or _encoding
    for name in ("stdin", "stdout"):
        _ERRORS[name] = errors or _ERRORS[name]
    for name in _DESCRIPTORS:
        if _is_open(name):
            _own[name].reconfigure(encoding=_encoding, errors=_ERRORS[name])


def renew() -> None:
    """Prepare the streams for another run.

    Standard input starts anew, because the rest of an earlier run's buffer is not part of this run's input. The output
    streams stay as the user set them, unless they are gone.
    """
    present = sys.__dict__
    try:
        is_ready = not (_own["stdin"].closed or _own["stdout"].closed or _own["stderr"].closed)
    except (KeyError, ValueError):
        # One is not there or detached.
        is_ready = False
    if (
        is_ready
        and _input is not None
        and not _input.touched
        and present.get("stdin") is not None
        and present.get("stdout") is not None
        and present.get("stderr") is not None
    ):
        return
    stdin = present.get("stdin")
    if stdin is None or (stdin is _own.get("stdin") and (_input is None or _input.touched or not _is_open("stdin"))):
        _install("stdin")
    for name in ("stdout", "stderr"):
        if present.get(name) is None or not _is_open(name):
            _install(name)


def may_hold_something() -> bool:
    """Whether a stream may contain unwritten data: the harness's own streams pass everything on at once."""
    present: dict[str, Any] = sys.__dict__
    for name in ("stdout", "stderr"):
        if name not in _own or present.get(name) is not _own[name]:
            return True
        try:
            if not _own[name].write_through:
                return True
        except ValueError:
            # It was detached.
            return True
    return False


def flush() -> None:
    """Flush the user's streams and then the harness's. May run user code; there is no receiver for errors."""
    done: list[Any] = [None]
    present: dict[str, Any] = sys.__dict__
    stream: Any
    for stream in (present.get("stdout"), present.get("stderr"), _own.get("stdout"), _own.get("stderr")):
        for other in done:
            if stream is other:
                break
        else:
            done.append(stream)
            try:
                stream.flush()
            except Exception:
                pass


def complain(text: str) -> None:
    """Print a line to the user's standard error, as the interpreter does; do nothing if that fails."""
    stream: TextIO | None = sys.__dict__.get("stderr")
    try:
        if stream is not None:
            stream.write(text + "\n")
    except Exception:
        pass


def print_exit_message(code: object) -> None:
    """Print the argument of an exit, if it is no status."""
    complain(str(code))


def call_excepthook(error: BaseException) -> None:
    """Call the program's own hook with the exception, as Python would."""
    hook: Any = sys.__dict__.get("excepthook")
    if hook is not None and hook is not sys.__excepthook__:
        hook(type(error), error, error.__traceback__)
