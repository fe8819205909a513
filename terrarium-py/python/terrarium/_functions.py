"""Functions of the host: what users pass as `functions`, and the calls of those functions."""

from __future__ import annotations

import contextvars
import inspect
import os
import re
import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import CancelledError
from concurrent.futures import TimeoutError as FutureTimeoutError
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

    from terrarium._native import CancelHandle

# The interval in which a call of a coroutine looks whether anything waits for it, in seconds.
_LOOK = 0.05
# Texts that name places in this process.
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")


class HostFunction:
    """A function for the option `functions`, with another declaration than its own.

    >>> def search(*args): return ["found"]
    >>> tool = terrarium.HostFunction(search, signature="(query: str, limit: int = 10) -> list[str]", doc="Search.")
    >>> sandbox = terrarium.Sandbox(functions=[tool])
    >>> sandbox.execute("search('x')").final_expression
    ['found']
    """

    def __init__(
        self,
        function: Callable[..., Any],
        *,
        name: str | None = None,
        signature: str | None = None,
        doc: str | None = None,
        timeout: float | timedelta | None = None,
    ) -> None:
        """Declare a function. What is left out is that of the function itself.

        Args:
            function: the function, the method or the coroutine function
            name: the name in the code
            signature: the parameters, in the syntax of Python
            doc: the docstring
            timeout: the time of a call, in place of the option `host_call_timeout`

        """
        if not callable(function):
            raise TypeError(f"functions: {function!r} is no function")
        self.function = function
        self.name = name or getattr(function, "__name__", None)
        self.signature = signature
        self.doc = doc
        self.timeout = timeout.total_seconds() if isinstance(timeout, timedelta) else timeout

    def __repr__(self) -> str:
        """Name the function."""
        return f"<HostFunction {self.name}>"


class HostError(Exception):
    """An error of a function with a separate kind; code in the sandbox gets a `host.HostError` with these parts.

    Other exceptions need no wrapper: a built-in class stays what it is, another becomes a `host.HostError` of its name.
    """

    def __init__(self, kind: str, message: str = "", data: Any = None) -> None:
        """Keep the parts; `data` is any value."""
        super().__init__(kind, message)
        self.kind = kind
        self.message = message
        self.data = data

    def __str__(self) -> str:
        """Return the message."""
        return self.message


class EndRun(Exception):
    """Raised by a function to end the run: code cannot catch it, and the status is `cancelled`."""


class Call:
    """A call of a function: what `decide` gets, and what `current_call` returns inside a function."""

    __slots__ = ("_cancel", "args", "id", "kwargs", "name")

    def __init__(
        self, number: int, name: str, args: tuple[Any, ...], kwargs: dict[str, Any], cancel: CancelHandle
    ) -> None:
        """Keep the parts; the library makes calls."""
        self.id = number
        self.name = name
        self.args = args
        self.kwargs = kwargs
        self._cancel = cancel

    @property
    def is_cancelled(self) -> bool:
        """Whether the run waits for this call no more: a function that works for long may stop then."""
        return self._cancel.is_cancelled

    def __repr__(self) -> str:
        """Show the call as code."""
        parts = [repr(arg) for arg in self.args] + [f"{name}={value!r}" for name, value in self.kwargs.items()]
        return f"<Call {self.id}: {self.name}({', '.join(parts)})>"


class Deny:
    """A refusal of a call, for `decide`: the code gets a `PermissionError` with this reason."""

    def __init__(self, reason: str = "the call was not permitted") -> None:
        """Keep the reason."""
        self.reason = reason


class Answer:
    """An answer to a call, for `decide`: the code gets this value, and the function is not called."""

    def __init__(self, value: Any) -> None:
        """Keep the value."""
        self.value = value


Function: TypeAlias = Callable[..., Any] | HostFunction
Functions: TypeAlias = Mapping[str, Function | Mapping[str, Any]] | Iterable[Function]
"""Functions by name, where a mapping below a name is a module; or a list of functions, which have their own names."""


_current: contextvars.ContextVar[Call] = contextvars.ContextVar("terrarium_call")


def current_call() -> Call:
    """Return the call that the present function serves. Raises `LookupError` outside of one."""
    return _current.get()


# Calls


# Classes of results that need no further look.
_PLAIN = frozenset((bool, bytes, dict, float, int, list, str, tuple, type(None)))


def invoke(
    work: Any, given: Any, args: tuple[Any, ...], kwargs: dict[str, Any], about: tuple[int, str, CancelHandle]
) -> Any:
    """Call a function in the context of its run's caller; called by the native module on another thread."""
    variables, loop = (contextvars.Context(), None) if given is None else given
    return variables.copy().run(_invoke, work, loop, args, kwargs, Call(about[0], about[1], args, kwargs, about[2]))


def _invoke(work: Any, loop: Any, args: tuple[Any, ...], kwargs: dict[str, Any], call: Call) -> Any:
    _current.set(call)
    if work.models:
        args = (
            tuple(_object(work.models.get(name), arg) for name, arg in zip(work.names, args, strict=False))
            + args[len(work.names) :]
        )
        kwargs = {name: _object(work.models.get(name), arg) for name, arg in kwargs.items()}
    result = work.function(*args, **kwargs)
    if type(result) in _PLAIN:
        return result
    if work.is_async or inspect.isawaitable(result):
        if hasattr(result, "__anext__"):
            return _Items(result, loop, call)
        result = _awaited(result, loop, call)
    if hasattr(result, "__anext__"):
        return _Items(result, loop, call)
    return result.model_dump() if hasattr(result, "model_dump") and not isinstance(result, type) else result


def _object(kind: Any, value: Any) -> Any:
    return kind.model_validate(value) if kind is not None and isinstance(value, Mapping) else value


async def _coroutine(awaitable: Any) -> Any:
    return await awaitable


def _awaited(awaitable: Any, loop: Any, call: Call) -> Any:
    """Wait on this thread for a coroutine in a loop of another."""
    import asyncio

    future = asyncio.run_coroutine_threadsafe(_coroutine(awaitable), loop or _background())
    while True:
        try:
            return future.result(_LOOK)
        except FutureTimeoutError:
            if future.done():
                raise
            if call.is_cancelled:
                future.cancel()
                raise CancelledError from None


class _Items:
    """The items of an asynchronous generator, one at a time."""

    def __init__(self, items: Any, loop: Any, call: Call) -> None:
        self._items = items
        self._loop = loop
        self._call = call

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        try:
            return _awaited(self._items.__anext__(), self._loop, self._call)
        except StopAsyncIteration:
            raise StopIteration from None


_loop: Any = None
_lock = threading.Lock()


def _background() -> Any:
    """Return the loop for coroutines of runs that no loop waits for."""
    global _loop
    with _lock:
        if _loop is None or _loop.is_closed():
            import asyncio

            _loop = asyncio.new_event_loop()
            threading.Thread(target=_loop.run_forever, name="terrarium-functions", daemon=True).start()
    return _loop


def _forget() -> None:
    global _loop, _lock
    # A forked child has none of the threads.
    _loop, _lock = None, threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


def decide(
    hook: Callable[[Call], Any],
    given: Any,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    about: tuple[int, str, CancelHandle],
) -> tuple[str, Any]:
    """Ask the hook `decide`; called by the native module."""
    variables, loop = (contextvars.Context(), None) if given is None else given
    call = Call(about[0], about[1], args, kwargs, about[2])
    decided = variables.copy().run(_decide, hook, loop, call)
    if decided is None or decided is True:
        return "allow", None
    if decided is False:
        return "deny", Deny().reason
    if isinstance(decided, Deny):
        return "deny", decided.reason
    if isinstance(decided, Answer):
        return "answer", decided.value
    raise TypeError(f"decide returned {type(decided).__name__}: expected None, a bool, Deny or Answer")


def _decide(hook: Callable[[Call], Any], loop: Any, call: Call) -> Any:
    decided = hook(call)
    return _awaited(decided, loop, call) if inspect.isawaitable(decided) else decided


def told(error: BaseException) -> tuple[str, str, str | None, bool, tuple[Any, ...] | None, Any]:
    """Return the parts of an exception that the code may see: kind, message, base, whether the run ends, args, data."""
    kind = type(error)
    base = next((c for c in kind.__mro__ if c.__module__ == "builtins" and issubclass(c, Exception)), None)
    if isinstance(error, EndRun):
        return "EndRun", str(error) or "a host function ended the run", None, True, None, None
    if isinstance(error, HostError):
        return error.kind, error.message, None, False, None, error.data
    message = _ADDRESS.sub("", str(error))
    if kind is base:
        args = error.args[:2] if isinstance(error, OSError) else error.args
        plain = all(arg is None or type(arg) in (bool, int, float, str) for arg in args)
        # The place of a file of the host stays here.
        if isinstance(error, OSError) and error.strerror:
            message = str(error.strerror)
        cleaned = tuple(_ADDRESS.sub("", arg) if type(arg) is str else arg for arg in args)
        return kind.__name__, message, None, False, cleaned if plain and args else None, None
    if isinstance(error, OSError) and error.strerror:
        message = str(error.strerror)
    return kind.__name__, message, None if base is None or base is Exception else base.__name__, False, None, None
