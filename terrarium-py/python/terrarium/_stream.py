"""`EventStream`: the events of a run as an asynchronous iterator."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from time import monotonic
from typing import TYPE_CHECKING, Any

from terrarium._native import CancelHandle
from terrarium._tasks import start

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from typing_extensions import Self

    from terrarium._events import Event
    from terrarium._result import ExecutionResult

# The unread events, and bytes of text, beyond which the run waits for its reader.
_MOST_EVENTS = 64
_MOST_BYTES = 1 << 20


class EventStream:
    r"""The events of a run: text, displays and progress in their order, while the code runs.

    The run begins with the first event that is asked for. A run that is far ahead of its reader waits. Leaving the
    loop, or cancelling its task, stops the run. With `async with` that holds for every way out of the block.

    >>> async def main():
    ...     async with terrarium.Sandbox().stream("print(6 * 7); 'done'") as stream:
    ...         text = [event.text async for event in stream if event.type == "stdout"]
    ...     return "".join(text), stream.result.final_expression
    >>> import asyncio
    >>> asyncio.run(main())
    ('42\n', 'done')
    """

    def __init__(
        self, execute: Callable[[dict[str, Any]], ExecutionResult], options: dict[str, Any], timeout: float | None
    ) -> None:
        """Prepare the run; `Sandbox.stream` and `Session.stream` make streams."""
        if options.get("on_event") is not None:
            raise TypeError("on_event: the stream has the events itself")
        given = options.get("cancel")
        self._cancel = given.child() if isinstance(given, CancelHandle) else CancelHandle()
        if given is None or isinstance(given, CancelHandle):
            options["cancel"] = self._cancel
        self._execute, self._options, self._timeout = execute, options, timeout
        self._channel: _Channel | None = None
        self.result: ExecutionResult | None = None
        """The result, after the last event."""

    def __aiter__(self) -> Self:
        """Return the stream itself."""
        return self

    async def __anext__(self) -> Event:
        """Return the next event."""
        if self._channel is None:
            self._channel = _Channel(self._cancel, self._timeout)
            self._options["on_event"] = self._channel.put
            start(self._execute, self._options, self._channel.done)
        try:
            event = await self._channel.get()
        except asyncio.CancelledError:
            self._cancel.cancel()
            raise
        if event is None:
            self.result = self._channel.result()
            raise StopAsyncIteration
        return event

    async def aclose(self) -> None:
        """Stop the run."""
        self._cancel.cancel()
        if self._channel is not None:
            self._channel.close()

    async def __aenter__(self) -> Self:
        """Return the stream itself."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop the run."""
        await self.aclose()

    def __del__(self) -> None:
        """Stop the run: its reader has left the loop."""
        channel = getattr(self, "_channel", None)
        if channel is not None:
            self._cancel.cancel()
            channel.close()


class _Channel:
    """The events between the thread of the run and the event loop."""

    def __init__(self, cancel: CancelHandle, timeout: float | None) -> None:
        self._loop = asyncio.get_running_loop()
        self._changed = threading.Condition(threading.Lock())
        self._events: deque[Event] = deque()
        self._bytes = 0
        self._cancel = cancel
        self._deadline = None if timeout is None else monotonic() + timeout
        self._closed = False
        self._outcome: tuple[ExecutionResult | None, BaseException | None] | None = None
        self._waiter: asyncio.Future[None] | None = None

    def put(self, event: Event) -> None:
        """Add an event, on the thread of the run. It waits while the reader is far behind, until the run's end."""
        with self._changed:
            while self._is_full() and not self._closed and not self._cancel.is_cancelled:
                left = 0.05 if self._deadline is None else min(0.05, self._deadline - monotonic())
                if left <= 0:
                    break
                self._changed.wait(left)
            if self._closed:
                return
            self._events.append(event)
            self._bytes += len(getattr(event, "data", b""))
        self._wake()

    def _is_full(self) -> bool:
        return len(self._events) >= _MOST_EVENTS or self._bytes > _MOST_BYTES

    def done(self, result: ExecutionResult | None, error: BaseException | None) -> None:
        """End the events."""
        self._outcome = result, error
        self._wake()

    def _wake(self) -> None:
        try:
            self._loop.call_soon_threadsafe(self._notice)
        except RuntimeError:
            # The loop is closed: there is no reader.
            self._cancel.cancel()
            self.close()

    def _notice(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def get(self) -> Event | None:
        """Return the next event; None at the end."""
        while True:
            with self._changed:
                if self._events:
                    event = self._events.popleft()
                    self._bytes -= len(getattr(event, "data", b""))
                    self._changed.notify_all()
                    return event
                if self._outcome is not None or self._closed:
                    return None
            self._waiter = self._loop.create_future()
            # What came between the look and the waiter.
            if self._events or self._outcome is not None:
                continue
            await self._waiter

    def result(self) -> ExecutionResult | None:
        """Return the result, or raise the run's exception."""
        result, error = self._outcome or (None, None)
        if error is not None:
            raise error
        return result

    def close(self) -> None:
        """Drop the events: there is no reader."""
        with self._changed:
            self._closed = True
            self._events.clear()
            self._changed.notify_all()
        self._notice_safely()

    def _notice_safely(self) -> None:
        try:
            self._loop.call_soon_threadsafe(self._notice)
        except RuntimeError:
            pass
