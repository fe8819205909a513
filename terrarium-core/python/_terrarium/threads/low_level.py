"""The threads below `threading`: the functions of `_thread` that start one, and the numbers of threads."""

from __future__ import annotations

import sys
from _thread import get_ident
from os import getpid

from _terrarium import streams
from _terrarium.interrupts import root, state
from _terrarium.pristine import BUILTINS, load
from _terrarium.threads import turns
from _terrarium.threads.turns import Turn

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__builtins__ = BUILTINS


def get_native_id() -> int:
    """Return a non-negative integer identifying the thread as reported
    by the OS (kernel). This may be used to uniquely identify a
    particular thread within a system.
    """
    return _native(turns.current())


get_native_id.__module__ = "_thread"


def native_id(thread: Any) -> int | None:
    """Native integral thread ID of this thread, or None if it has not been started.

    This is a non-negative integer. See the get_native_id() function.
    This represents the Thread ID as reported by the kernel.

    """
    return None if thread.ident is None else _native(thread.ident)


def _native(ident: int) -> int:
    # The main thread has the number of the process.
    return getpid() + ident - get_ident()


class Handle:
    """The handle of a low-level thread that can be joined."""

    def __init__(self) -> None:
        self._turn: Turn | None = None
        self._is_set = False

    @property
    def ident(self) -> int:
        """The identity of the thread, or 0 before its start."""
        return 0 if self._turn is None else self._turn.ident

    def join(self, timeout: float | None = None) -> None:
        """Wait for the end of the thread."""
        if self._turn is None:
            raise RuntimeError("thread not started")
        if self._turn.ident == turns.current():
            raise RuntimeError("Cannot join current thread")
        if not self._is_set:
            turns.join(self._turn, None if timeout is None or timeout < 0 else timeout)

    def is_done(self) -> bool:
        """Whether the thread has ended."""
        return self._is_set or (self._turn is not None and turns.poll(self._turn))

    def _set_done(self) -> None:
        self._is_set = True


Handle.__module__ = "_thread"
Handle.__name__ = Handle.__qualname__ = "_ThreadHandle"


def start_joinable_thread(function: Any, handle: Any = None, daemon: bool = True) -> Any:
    if not callable(function):
        raise TypeError("thread function must be callable")
    if handle is None:
        handle = Handle()
    elif not isinstance(handle, Handle):
        raise TypeError("'handle' must be a _ThreadHandle")
    elif handle._turn is not None:
        raise RuntimeError("thread already started")
    handle._turn = _low_level(function, (), {}, bool(daemon))
    return handle


def start_new_thread(function: Any, args: Any, kwargs: Any = None, /) -> int:
    if not callable(function):
        raise TypeError("first arg must be callable")
    if not isinstance(args, tuple):
        raise TypeError("2nd arg must be a tuple")
    if kwargs is not None and not isinstance(kwargs, dict):
        raise TypeError("optional 3rd arg must be a dictionary")
    return _low_level(function, args, kwargs or {}, True).ident


def _low_level(function: Any, args: Any, kwargs: Any, daemon: bool) -> Turn:
    """Start a thread that has no object of `threading`."""

    def work() -> None:
        turn.begun = True
        try:
            root(function, *args, **kwargs)
        except SystemExit:
            pass
        except BaseException as error:
            if not state.raised:
                _report(error, function)
        finally:
            turn.done = True

    turn = Turn(work, daemon=daemon)
    turn.fail = lambda error: _report(error, function)
    turns.add(turn)
    return turn


def _report(error: BaseException, function: Any) -> None:
    """Report an exception that ended a low-level thread."""
    load("_terrarium.threads.patch").trim(error)
    head = "Exception ignored in thread started by"
    if sys.unraisablehook is sys.__unraisablehook__:
        # The class takes no arguments but the interpreter's own.
        streams.complain(f"{head}: {function!r}")
        load("traceback").print_exception(error)
    else:
        details: Any = load("types").SimpleNamespace(
            exc_type=type(error),
            exc_value=error,
            exc_traceback=error.__traceback__,
            err_msg=f"{head} {function!r}",
            object=None,
        )
        sys.unraisablehook(details)
