"""Records: the parts of a result, and the results of the other classes. Fields are those of the core's JSON form.

This module is imported when the first record is needed: `dataclasses` takes longer than the rest of the package.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, TypeVar

from terrarium._json import loads

T = TypeVar("T")

# The longest repr of a member; a longer one is cut.
_LONGEST = 100


def record(kind: type[T], members: dict[str, Any]) -> T:
    """Return a record from parsed JSON."""
    return kind(**{field.name: members[field.name] for field in fields(kind)})  # type: ignore[arg-type]


def parsed(kind: type[T], text: str) -> T:
    """Return a record from JSON text."""
    return record(kind, loads(text))


def host_calls(text: str, exceptions: dict[int, BaseException]) -> list[HostCall]:
    """Return the calls of a run from JSON text, with the exceptions by number."""
    return [HostCall(**call, exception=exceptions.get(call["id"])) for call in loads(text)]


def python_error(text: str, calls: list[HostCall]) -> PythonError:
    """Return the error of a run, with its frames and its call among those of the run, from JSON text."""
    members = loads(text)
    members["host_call"] = next((call for call in calls if call.id == members["host_call"]), None)
    members["frames"] = [record(Frame, frame) for frame in members["frames"]]
    return record(PythonError, members)


def _short_repr(self: Any) -> str:
    """Return the usual repr of a record, with long members cut: a traceback, the data of a figure."""
    members = ((field.name, repr(getattr(self, field.name))) for field in fields(self))
    cut = (f"{name}={text if len(text) <= _LONGEST else text[: _LONGEST - 3] + '...'}" for name, text in members)
    return f"{type(self).__name__}({', '.join(cut)})"


@dataclass(frozen=True, slots=True)
class Frame:
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


@dataclass(frozen=True, slots=True)
class PythonError:
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
    """The text of the exception: `str()` of it."""
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
    host_call: HostCall | None
    """The call of a host function that raised it; `host_call.exception` is the exception of the host."""

    __repr__ = _short_repr


@dataclass(frozen=True, slots=True)
class HostCall:
    """A call of a host function.

    >>> result = terrarium.Sandbox(functions={"double": lambda x: 2 * x}).execute("double(21)")
    >>> [(call.name, call.outcome) for call in result.host_calls]
    [('double', 'returned')]
    """

    id: int
    """The number of the call, from 1."""
    name: str
    """The name of the function, with that of its module."""
    arguments: str
    """A digest of the arguments: equal calls have equal digests."""
    bytes_out: int
    """The bytes of the arguments."""
    bytes_in: int
    """The bytes of the answer."""
    begin: float
    """The time from the begin of the run to that of the call, in seconds."""
    time: float
    """The time of the call, in seconds."""
    outcome: str
    """`returned`, `raised`, `denied`, `answered`, `refused`, `timed_out` or `cancelled`."""
    error: str | None
    """The error's kind and message, where there is one."""
    exception: BaseException | None = None
    """The exception that the function raised; absent from results that were pickled or read from JSON."""

    __repr__ = _short_repr


@dataclass(frozen=True, slots=True)
class Display:
    """One displayed object: the same content in one or more forms.

    >>> display = terrarium.Sandbox().execute("display('hi')").displays[0]
    >>> display.data
    {'text/plain': "'hi'"}
    """

    data: dict[str, Any]
    """The forms by MIME type: text as it is, binary data in base64, JSON as JSON."""
    metadata: dict[str, Any]
    """Facts about the forms, such as an image's size."""
    id: str | None = None
    """The identifier under which the code updates the display, if it has one."""

    __repr__ = _short_repr


@dataclass(frozen=True, slots=True)
class Metrics:
    """The cost of a run.

    >>> metrics = terrarium.Sandbox().execute("x = bytearray(64 << 20)").metrics
    >>> metrics.peak_memory > 64 << 20 and metrics.total >= metrics.run
    True
    """

    start: float
    """The time to get an interpreter, in seconds."""
    run: float
    """The time that the code ran, in seconds."""
    host: float
    """The part of `run` in which the code waited for host functions, in seconds."""
    host_calls: int
    """The number of calls of host functions."""
    total: float
    """The whole time, from the call to the result, in seconds."""
    peak_memory: int
    """The most memory that the guest had at a time, in bytes, interpreter included."""
    image: str
    """The image that was started."""
    packages: list[str]
    """The packages in it."""
    abandoned: int = 0
    """The number of the host's functions that had not returned at the end of the run, which did not wait for them."""


@dataclass(frozen=True, slots=True)
class Progress:
    """A step of the host's work for a run."""

    step: str
    """The step in words."""
    done: int | None
    """The number of bytes that are done, if the step counts bytes."""
    total: int | None
    """The number of bytes of the whole step, as far as it is known."""


@dataclass(frozen=True, slots=True)
class FileInfo:
    """A file of a session."""

    path: str
    """The path, relative to the home folder where the file is in it."""
    size: int
    """The size in bytes."""


@dataclass(frozen=True, slots=True)
class Completion:
    """The possible completions at the cursor."""

    matches: list[str]
    """The texts that may replace the word before the cursor."""
    start: int
    """The start of that word, in characters."""


@dataclass(frozen=True, slots=True)
class ImageInfo:
    """The content of an image."""

    path: str
    """The file."""
    name: str
    """Its name: `base`, or its packages."""
    python: str
    """The version of Python."""
    version: str
    """The version of this library that made it."""
    target: str
    """The kind of machine that it runs on."""
    packages: list[str]
    """The packages in it, with those that they need."""
    versions: list[str]
    """The packages with their versions, such as `numpy==2.4.3`."""
    modules: list[str]
    """The modules that were imported for it."""
    warnings: list[str]
    """Its shortcomings: modules that could not be imported, and the reasons."""
    inline: bool
    """Whether it was compiled with inlining."""
    portable: bool
    """Whether it runs on every usual processor of this architecture."""
    size: int
    """The size of the file in bytes."""
    memory: int
    """The memory of an interpreter at its start, in bytes; pages that it does not change are shared."""
    is_complete: bool
    """Whether the files of its packages are in the file, so that it can be moved."""


@dataclass(frozen=True, slots=True)
class About:
    """The versions of the library and its parts, and its folders."""

    terrarium: str
    """The version of this library."""
    python: str
    """The version of Python in the sandbox."""
    distribution: str
    """The distribution that the interpreter comes from, with its version."""
    abi: str
    """The version of the binary interface for compiled packages."""
    platform: str
    """The platform tag of the wheels that can be used (PEP 783)."""
    engine: str
    """The WebAssembly engine, with its version."""
    target: str
    """The host's architecture and system."""
    cache_dir: str | None
    """The folder of compiled code, unless the option `cache_dir` names another; None if the environment names none."""


@dataclass(frozen=True, slots=True)
class CacheEntry:
    """A file of the cache folder."""

    kind: str
    """The kind: `image`, `code` or `functions` (machine code), `bytecode`, `index` (a page of one) or `package`."""
    name: str
    """The name of the image, of the package's file, or else of the file."""
    path: str
    """The path of the file."""
    bytes: int
    """The space that the file takes on the disk, in bytes."""
    used: int
    """The time of the last use in seconds since 1970, exact to a day."""
    is_open: bool
    """Whether a process has the image open."""


@dataclass(frozen=True, slots=True)
class StoredPackage:
    """A package of the package store."""

    name: str
    """The name."""
    version: str
    """The version."""
    bytes: int
    """The size of its file in bytes."""
    asked: bool
    """Whether it was asked for by name; otherwise another package needs it."""
    source: str
    """The distribution or the index that it came from: an address or a folder."""
    warnings: tuple[str, ...] = ()
    """Sentences about what deserves attention, such as a version that was withdrawn; only `add` and `update` tell."""


@dataclass(frozen=True, slots=True)
class DownloadProgress:
    """The progress of a file's download."""

    file_name: str
    """The file; the name of a package while versions are selected, before any file is downloaded."""
    done: int
    """The number of bytes that have arrived, those of an earlier attempt included."""
    total: int | None
    """The number of bytes that the file has, as far as it is known."""
    all_done: int
    """The number of bytes of all files of the call that have arrived."""
    all_total: int | None
    """The number of bytes of all files of the call, as far as it is known."""
