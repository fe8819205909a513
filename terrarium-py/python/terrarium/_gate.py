"""Threads: detection of the main thread, where the native module handles signals, and other threads to wait on."""

from __future__ import annotations

import atexit
from threading import get_ident, main_thread
from typing import TYPE_CHECKING, TypeVar

from terrarium import _native

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

# Threads in a sandbox must not return to the interpreter when it ends.
atexit.register(_native.shut_down)


def on_main_thread() -> bool:
    """Return whether Python runs signal handlers on this thread."""
    return get_ident() == main_thread().ident


async def in_thread(work: Callable[[], T]) -> T:
    """Do work on another thread. When the task is cancelled, compiling ends soon; other work runs to its end."""
    # The module imports `asyncio`, which takes longer than the import of this package.
    from terrarium import _tasks

    return await _tasks.in_thread(work)
