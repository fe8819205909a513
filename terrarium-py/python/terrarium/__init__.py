r"""Sandboxed Python in your own process: real CPython, compiled to WebAssembly.

>>> import terrarium
>>> sandbox = terrarium.Sandbox()
>>> result = sandbox.execute("sum(map(int, open('numbers.txt')))", files={"numbers.txt": "1\n2\n39\n"})
>>> result.final_expression
42

A `Sandbox` runs each piece of code in a fresh interpreter; a `Session` keeps one. Whatever the code does (raise, loop,
exhaust its memory) ends as an `ExecutionResult` with a `Status`. A `TerrariumError` is for the host's own faults.
"""

from terrarium._about import About, about
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
    StartError,
    TerrariumError,
    TooLargeError,
)
from terrarium._image import Image, ImageInfo
from terrarium._kinds import Array, Column, Opaque, Table, Tagged
from terrarium._native import CancelHandle
from terrarium._records import Completion, Display, FileInfo, Frame, Metrics, PythonError
from terrarium._result import ExecutionResult, Status
from terrarium._sandbox import Sandbox
from terrarium._session import Session

__all__ = [
    "About",
    "Array",
    "ArtifactsError",
    "CacheError",
    "CancelHandle",
    "Column",
    "Completion",
    "Display",
    "EngineError",
    "ExecutionError",
    "ExecutionResult",
    "FileInfo",
    "ForkedError",
    "Frame",
    "Image",
    "ImageError",
    "ImageInfo",
    "InvalidOptionError",
    "InvalidPathError",
    "Metrics",
    "Opaque",
    "PackageError",
    "PythonError",
    "Sandbox",
    "SandboxFileError",
    "Session",
    "StartError",
    "Status",
    "Table",
    "Tagged",
    "TerrariumError",
    "TooLargeError",
    "about",
]
