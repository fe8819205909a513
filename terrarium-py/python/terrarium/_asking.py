"""Standard input that a function or an iterator gives while the code runs.

Functions are called on a thread of their own, because one that does not return must not hold the run beyond its limits.
It is a daemon, so it holds neither the end of the process.
"""

from __future__ import annotations

import contextvars
import inspect
import threading
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from terrarium._events import InputRequest

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable

    from terrarium._native import InputReply

# The most bytes of one answer, as in the core.
_MOST = 64 << 20
# The end of an iterator.
_END: Any = object()


def is_asked(value: object) -> bool:
    """Whether a standard input is a function or an iterator, and no content."""
    if isinstance(value, (str, bytes, bytearray, memoryview)) or hasattr(value, "__fspath__") or hasattr(value, "read"):
        return False
    return callable(value) or hasattr(value, "__aiter__") or hasattr(value, "__iter__") or hasattr(value, "__next__")


class Asker:
    """The standard input of one run. It is called with each request of the native module."""

    def __init__(self, stdin: Any, loop: asyncio.AbstractEventLoop | None = None) -> None:
        """Use a function or an iterator; what is asynchronous is awaited in `loop`."""
        self.takes_prompts = callable(stdin)
        self._give = stdin if self.takes_prompts else _pieces(stdin)
        self._loop = loop
        self._own_loop: asyncio.AbstractEventLoop | None = None
        self._task: Any = None
        self._context = contextvars.copy_context()
        self._requests: SimpleQueue[tuple[InputRequest, InputReply] | None] = SimpleQueue()
        self._started = False
        self._closed = False
        self.error: BaseException | None = None
        """The exception that the function has raised last."""

    def __call__(self, prompt: str, echo: bool, reply: InputReply) -> None:
        """Take a request, without waiting for the answer."""
        self._requests.put((InputRequest(prompt, echo), reply))
        if not self._started:
            self._started = True
            threading.Thread(target=self._work, name="terrarium-input", daemon=True).start()

    def close(self) -> None:
        """End the thread after the run. A function that has not returned is left to itself."""
        self._closed = True
        if not self._started:
            return
        self._requests.put(None)
        task, loop = self._task, self._own_loop or self._loop
        if task is not None and loop is not None:
            try:
                loop.call_soon_threadsafe(task.cancel)
            except RuntimeError:
                # The loop is closed, and the task with it.
                pass

    def _work(self) -> None:
        try:
            while (item := self._requests.get()) is not None:
                request, reply = item
                self._answer(request, reply)
        finally:
            if self._own_loop is not None:
                self._own_loop.close()

    def _answer(self, request: InputRequest, reply: InputReply) -> None:
        try:
            answer = self._context.run(self._give, request)
            if inspect.isawaitable(answer):
                answer = self._awaited(answer)
            content = _content(answer)
        except EOFError:
            content = b""
        except KeyboardInterrupt:
            reply.interrupt()
            return
        except BaseException as error:
            if not self._closed:
                self.error = error
            reply.fail()
            return
        reply.send(content)

    def _awaited(self, answer: Awaitable[Any]) -> Any:
        import asyncio

        async def wait() -> Any:
            return await answer

        if self._loop is not None:
            self._task = asyncio.run_coroutine_threadsafe(wait(), self._loop)
            return self._task.result()
        if self._own_loop is None:
            self._own_loop = asyncio.new_event_loop()
        self._task = self._own_loop.create_task(wait())
        return self._own_loop.run_until_complete(self._task)


def _pieces(stdin: Any) -> Callable[[InputRequest], Any]:
    """Return a function that gives the pieces of an iterator; None after its end."""
    if hasattr(stdin, "__aiter__"):
        asynchronous = aiter(stdin)

        async def next_piece() -> Any:
            return _piece(await anext(asynchronous, _END))

        return lambda _request: next_piece()
    iterator = iter(stdin)
    return lambda _request: _piece(next(iterator, _END))


def _piece(piece: Any) -> Any:
    if piece is _END:
        return None
    if piece is None:
        raise TypeError("stdin: a piece is None, neither str nor bytes")
    return piece


def _content(answer: Any) -> bytes:
    """Return the bytes of an answer: text is a line, bytes are taken as they are, None is the end."""
    if answer is None:
        return b""
    if isinstance(answer, str):
        line = answer if answer.endswith("\n") else answer + "\n"
        content = line.encode("utf-8", "surrogateescape")
    elif isinstance(answer, (bytes, bytearray, memoryview)):
        content = answer if type(answer) is bytes else bytes(answer)
    else:
        raise TypeError(f"stdin: an answer is {type(answer).__name__}, neither str nor bytes")
    if len(content) > _MOST:
        raise ValueError(f"stdin: an answer has {len(content)} bytes, the limit is {_MOST}")
    return content
