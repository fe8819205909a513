"""The hand-written part of `terrarium._option_types`: its imports, and the types that several options have."""

from __future__ import annotations

import os
from collections.abc import AsyncIterable, Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal, TypedDict

from terrarium._contents import Content
from terrarium._events import Event, InputRequest
from terrarium._functions import Call, Functions
from terrarium._native import CancelHandle
from terrarium._records import Display

if TYPE_CHECKING:
    from typing import TypeAlias

__all__ = [
    "Content",
    "Deterministic",
    "ExecuteOptions",
    "ImageOptions",
    "Mount",
    "Path",
    "SandboxOptions",
    "Seconds",
    "Stdin",
]

Seconds: TypeAlias = float | timedelta
"""A length of time: a number of seconds, or a `timedelta`."""

Path: TypeAlias = str | os.PathLike[str]
"""A path of the host."""

Stdin: TypeAlias = (
    Content
    | Callable[[InputRequest], str | bytes | Awaitable[str | bytes | None] | None]
    | Iterable[str | bytes]
    | AsyncIterable[str | bytes]
)
"""The standard input: given beforehand, or by a function or an iterator while the code runs."""
