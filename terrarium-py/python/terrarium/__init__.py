r"""Sandboxed Python in your own process: real CPython, compiled to WebAssembly.

>>> import terrarium
>>> sandbox = terrarium.Sandbox()
>>> result = sandbox.execute("sum(map(int, open('numbers.txt')))", files={"numbers.txt": "1\n2\n39\n"})
>>> result.final_expression
42

A `Sandbox` runs each piece of code in a fresh interpreter; a `Session` keeps one. Whatever the code does (raise, loop,
exhaust its memory) ends as an `ExecutionResult` with a `Status`. A `TerrariumError` is for the host's own faults.

Options are keyword arguments: see `SandboxOptions`, `ExecuteOptions` and `ImageOptions`. Packages come from a
`PackageStore`, and an `Image` contains them imported; a `CacheFolder` shows the space that images take. Every method
that waits has an asynchronous twin, whose name ends in `_async`.
"""

from typing import TYPE_CHECKING, Any

from terrarium._about import about
from terrarium._cache import CacheFolder
from terrarium._contents import Content
from terrarium._errors import (
    ArtifactsError,
    CacheError,
    EngineError,
    ExecutionError,
    ForkedError,
    ImageError,
    InvalidOptionError,
    InvalidPathError,
    PackageError,
    SandboxFileError,
    SessionBusyError,
    StartError,
    TerrariumError,
    TooLargeError,
)
from terrarium._image import Image
from terrarium._native import CancelHandle, __version__
from terrarium._result import ExecutionResult, Status
from terrarium._sandbox import Sandbox
from terrarium._session import Session
from terrarium._store import PackageStore

if TYPE_CHECKING:
    from terrarium._events import CallEvent, ClearEvent, DisplayEvent, Event, InputRequest, OutputEvent, ProgressEvent
    from terrarium._functions import Answer, Call, Deny, EndRun, HostError, HostFunction, current_call
    from terrarium._kinds import Array, Column, Index, Opaque, Series, Table, Tagged
    from terrarium._option_types import Deterministic, ExecuteOptions, ImageOptions, Mount, SandboxOptions, Seconds
    from terrarium._records import (
        About,
        CacheEntry,
        Completion,
        Display,
        DownloadProgress,
        FileInfo,
        Frame,
        HostCall,
        ImageInfo,
        Metrics,
        Progress,
        PythonError,
        StoredPackage,
    )
    from terrarium._stream import EventStream

# Imported when they are first used, as they take longer than all of the rest.
_LATER = {
    "terrarium._functions": ("Answer", "Call", "Deny", "EndRun", "HostError", "HostFunction", "current_call"),
    "terrarium._events": (
        "CallEvent",
        "ClearEvent",
        "DisplayEvent",
        "Event",
        "InputRequest",
        "OutputEvent",
        "ProgressEvent",
    ),
    "terrarium._stream": ("EventStream",),
    "terrarium._kinds": ("Array", "Column", "Index", "Opaque", "Series", "Table", "Tagged"),
    "terrarium._option_types": (
        "Deterministic",
        "ExecuteOptions",
        "ImageOptions",
        "Mount",
        "SandboxOptions",
        "Seconds",
    ),
    "terrarium._records": (
        "About",
        "CacheEntry",
        "Completion",
        "Display",
        "DownloadProgress",
        "FileInfo",
        "Frame",
        "HostCall",
        "ImageInfo",
        "Metrics",
        "Progress",
        "PythonError",
        "StoredPackage",
    ),
}


def __getattr__(name: str) -> Any:
    for module, names in _LATER.items():
        if name in names:
            from importlib import import_module

            globals()[name] = found = getattr(import_module(module), name)
            return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


__all__ = [
    "About",
    "Answer",
    "Array",
    "ArtifactsError",
    "CacheEntry",
    "CacheError",
    "CacheFolder",
    "Call",
    "CallEvent",
    "CancelHandle",
    "ClearEvent",
    "Column",
    "Completion",
    "Content",
    "Deny",
    "Deterministic",
    "Display",
    "DisplayEvent",
    "DownloadProgress",
    "EndRun",
    "EngineError",
    "Event",
    "EventStream",
    "ExecuteOptions",
    "ExecutionError",
    "ExecutionResult",
    "FileInfo",
    "ForkedError",
    "Frame",
    "HostCall",
    "HostError",
    "HostFunction",
    "Image",
    "ImageError",
    "ImageInfo",
    "ImageOptions",
    "Index",
    "InputRequest",
    "InvalidOptionError",
    "InvalidPathError",
    "Metrics",
    "Mount",
    "Opaque",
    "OutputEvent",
    "PackageError",
    "PackageStore",
    "Progress",
    "ProgressEvent",
    "PythonError",
    "Sandbox",
    "SandboxFileError",
    "SandboxOptions",
    "Seconds",
    "Series",
    "Session",
    "SessionBusyError",
    "StartError",
    "Status",
    "StoredPackage",
    "Table",
    "Tagged",
    "TerrariumError",
    "TooLargeError",
    "__version__",
    "about",
    "current_call",
]
