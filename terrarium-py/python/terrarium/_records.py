"""The parts of a result, and the answers of a session: plain tuples with names. Fields are those of the JSON form."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeVar

from terrarium._json import loads

Record = TypeVar("Record", bound="tuple[Any, ...]")


def record(kind: type[Record], members: dict[str, Any]) -> Record:
    """Return a record of parsed JSON."""
    fields: tuple[str, ...] = kind._fields  # type: ignore[attr-defined]
    return kind(*[members[name] for name in fields])


def parsed(kind: type[Record], text: str) -> Record:
    """Return a record of JSON text."""
    return record(kind, loads(text))


class Frame(NamedTuple):
    """A frame of a traceback. Lines and columns count from 1, columns in characters; the end column is exclusive."""

    file: str
    """The file."""
    function: str
    """The function, or `<module>`."""
    line: int | None
    """The line."""
    end_line: int | None
    """The line where the expression ends."""
    column: int | None
    """The column."""
    end_column: int | None
    """The column after the expression."""
    source: str | None
    """The line's text."""


class PythonError(NamedTuple):
    r"""A Python exception in the guest, or the reason why the interpreter was stopped.

    >>> error = terrarium.Sandbox().execute("x = 1\nx / 0").error
    >>> error.type, error.line, error.source
    ('ZeroDivisionError', 2, 'x / 0')
    """

    type: str
    """The class's name: `ZeroDivisionError`."""
    module: str
    """The class's module: `builtins`."""
    message: str
    """What `str()` of the exception says."""
    traceback: str
    """The traceback as Python prints it, with the frames of the user's code only."""
    frames: list[Frame]
    """Those frames, the innermost last."""
    file: str | None
    """The file where it happened."""
    line: int | None
    """The line there, counted from 1."""
    column: int | None
    """The column there, in characters counted from 1."""
    end_line: int | None
    """The line where the failing expression ends."""
    end_column: int | None
    """The column after it."""
    source: str | None
    """That line's text."""
    incomplete_input: bool
    """Whether the code is only the beginning of something, so that a prompt can ask for more."""


class Display(NamedTuple):
    """One thing shown: the same content in one or more forms.

    >>> display = terrarium.Sandbox().execute("display('hi')").displays[0]
    >>> display.data
    {'text/plain': "'hi'"}
    """

    data: dict[str, Any]
    """The forms by MIME type: text as it is, binary data in base64, JSON as JSON."""
    metadata: dict[str, Any]
    """What the code said about the forms, such as an image's size."""


class Metrics(NamedTuple):
    """What a run cost.

    >>> metrics = terrarium.Sandbox().execute("x = bytearray(64 << 20)").metrics
    >>> metrics.peak_memory > 64 << 20 and metrics.total >= metrics.run
    True
    """

    start: float
    """Getting an interpreter, in seconds."""
    run: float
    """Running the code, in seconds."""
    total: float
    """Everything, from the call to the result, in seconds."""
    peak_memory: int
    """The most memory that the guest had at a time, in bytes, interpreter included."""
    image: str
    """The image that was started."""
    packages: list[str]
    """The packages in it."""


class FileInfo(NamedTuple):
    """A file of a session."""

    path: str
    """The path, relative to the home folder where the file is in it."""
    size: int
    """The size in bytes."""


class Completion(NamedTuple):
    """What could stand at the cursor."""

    matches: list[str]
    """The texts that may take the place of what stands between `start` and the cursor."""
    start: int
    """Where the word before the cursor starts, in characters."""
