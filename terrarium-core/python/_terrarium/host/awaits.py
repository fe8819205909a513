"""Calls that are awaited, and results that arrive one by one."""

from __future__ import annotations

import sys

from _terrarium.host.calls import END, PENDING, answer, begin, drop, finish, send, state, written
from _terrarium.pristine import BUILTINS, load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

__builtins__ = BUILTINS


async def _awaited(name: str, request: bytes) -> Any:
    """Begin a call, and return its value when it has ended."""
    events = load("asyncio.events")
    loop = events._get_running_loop()
    if loop is None:
        # The loop of another library: nothing else runs meanwhile.
        return answer(name, *send(b"C" + request[1:] if request[:1] == b"B" else request))
    number = begin(request)
    future = state.futures[number] = loop.create_future()
    try:
        await future
    except BaseException:
        drop(number)
        raise
    return finish(name, number)


class _Pending:
    """A call that begins when it is awaited."""

    __slots__ = ("__name__", "__weakref__", "_coroutine", "_is_begun", "_place")

    def __init__(self, name: str, coroutine: Any, place: str) -> None:
        self.__name__ = name
        self._coroutine = coroutine
        self._place = place
        self._is_begun = False

    def __await__(self) -> Any:
        self._is_begun = True
        return self._coroutine.__await__()

    def send(self, value: Any) -> Any:
        """Continue, as a coroutine does."""
        self._is_begun = True
        return self._coroutine.send(value)

    def throw(self, *error: Any) -> Any:
        """Raise an exception inside, as a coroutine does."""
        self._is_begun = True
        return self._coroutine.throw(*error)

    def close(self) -> None:
        """End, as a coroutine does."""
        self._is_begun = True
        self._coroutine.close()

    def __getattr__(self, name: str) -> Any:
        if name == "__qualname__":
            return self.__name__
        if name.startswith(("cr_", "gi_")):
            return getattr(self._coroutine, name)
        raise AttributeError(f"{self._told()}, then use `.{name}`", name=name)

    def _told(self) -> str:
        name = self.__name__
        return f"the call of {name}() in {self._place} was not awaited: write `await {name}(...)`"

    def _refuse(self, *_: Any) -> Any:
        raise TypeError(self._told())

    __getitem__ = __iter__ = __len__ = __bool__ = __contains__ = __int__ = __float__ = __call__ = _refuse
    __add__ = __radd__ = __sub__ = __mul__ = __truediv__ = __mod__ = __lt__ = __gt__ = __le__ = __ge__ = _refuse

    def __repr__(self) -> str:
        return f"<call of {self.__name__}(), not awaited>" if not self._is_begun else f"<call of {self.__name__}()>"

    def __del__(self) -> None:
        if not self._is_begun:
            self._coroutine.close()
            load("warnings").warn(self._told(), RuntimeWarning, stacklevel=2)


class _CallAsync:
    """Returns the call of a function, which begins when it is awaited."""

    __slots__ = ()

    def __call__(self, name: str, /, *args: Any, **kwargs: Any) -> Any:
        request = b"B" + written(name, args, kwargs)
        return _pending(name, _awaited(name, request))

    @property
    def _is_coroutine_marker(self) -> Any:
        # Read by `inspect.iscoroutinefunction`.
        return load("inspect")._is_coroutine_mark


call_async: Any = _CallAsync()


def _pending(name: str, coroutine: Any) -> Any:
    if not state.is_registered:
        load("collections.abc").Coroutine.register(_Pending)
        state.is_registered = True
    frame: Any = sys._getframe(2)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_HOME):
        frame = frame.f_back
    return _Pending(name, coroutine, f"{frame.f_code.co_filename}, line {frame.f_lineno}")


# The folder of this package: a program's own frames are elsewhere.
_HOME = __file__.rpartition("/")[0].rpartition("/")[0] + "/"


class Stream:
    """The items of a result that the host sends one by one, for `for` and `async for`."""

    def __init__(self, name: str, number: int) -> None:
        self._name = name
        self._stream = number

    def __iter__(self) -> Iterator[Any]:
        return self

    def __aiter__(self) -> Any:
        return self

    def _request(self) -> bytes:
        if self._stream == 0:
            raise ValueError("the stream is closed")
        return b"N" + self._stream.to_bytes(4, "little")

    def __next__(self) -> Any:
        if self._stream == 0:
            raise StopIteration
        number = begin(self._request())
        try:
            value = answer(self._name, PENDING, _numbered(number))
        except BaseException:
            self.close()
            raise
        if value is END:
            self.close()
            raise StopIteration
        return value

    async def __anext__(self) -> Any:
        if self._stream == 0:
            raise StopAsyncIteration
        try:
            value = await _awaited(self._name, self._request())
        except BaseException:
            self.close()
            raise
        if value is END:
            self.close()
            raise StopAsyncIteration
        return value

    def close(self) -> None:
        """Ask for no more items."""
        number, self._stream = self._stream, 0
        if number:
            drop(number)

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<results of {self._name}()>"


def _numbered(number: int) -> bytearray:
    return bytearray(8) + number.to_bytes(4, "little")
