"""Threads: whether this is the main one, where the native module sees signals while it waits, and others to wait on."""

from __future__ import annotations

import atexit
from threading import get_ident, main_thread
from typing import TYPE_CHECKING, TypeVar

from terrarium import _native

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

# Threads that are in a sandbox when the interpreter ends must not come back to it.
atexit.register(_native.shut_down)


def on_main_thread() -> bool:
    """Return whether Python runs signal handlers on this thread."""
    return get_ident() == main_thread().ident


async def in_thread(work: Callable[[], T]) -> T:
    """Do work on another thread, which cannot be stopped: when the task is cancelled, it still comes to its end."""
    # It imports `asyncio`, which takes longer than all of this package.
    from terrarium import _tasks

    return await _tasks.in_thread(work)
