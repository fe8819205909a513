"""The awaited twins: they use threads of this module, so that neither the loop nor its default executor waits.

These are threads of Python, because they read arguments, convert results and call functions. Those of the native
module's `worker.rs` never hold the interpreter, so Python can end, and handle signals, while they work.
"""

from __future__ import annotations

import asyncio
import contextvars
import os
import threading
from collections import deque
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from terrarium._context import loop
from terrarium._native import CancelHandle

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
A = TypeVar("A")

# As many threads as the machine can use, and some more for programs that sleep.
_MOST = min(32, (os.cpu_count() or 1) + 4)

# The seconds for which a piece of output waits for a function before it is joined with the next ones.
_SLOW = 0.1
# The displays and events that wait for a slow function.
_MOST_WAITING = 64


class _Pool:
    """A few threads that end with the process: an interpreter that exits does not wait for a guest."""

    def __init__(self) -> None:
        self._jobs: deque[Callable[[], None]] = deque()
        self._changed = threading.Condition(threading.Lock())
        self._threads = 0
        self._idle = 0

    def submit(self, job: Callable[[], None]) -> None:
        with self._changed:
            self._jobs.append(job)
            if self._idle >= len(self._jobs) or self._threads >= _MOST:
                self._changed.notify()
                return
            self._threads += 1
        threading.Thread(target=self._work, name="terrarium", daemon=True).start()

    def _work(self) -> None:
        while True:
            with self._changed:
                self._idle += 1
                while not self._jobs:
                    self._changed.wait()
                self._idle -= 1
                job = self._jobs.popleft()
            job()
            # The content of the job is not kept until the next one.
            del job


_pool = _Pool()


def _renew() -> None:
    global _pool
    _pool = _Pool()


if hasattr(os, "register_at_fork"):
    # A forked child has none of the threads.
    os.register_at_fork(after_in_child=_renew)


class _Task(Generic[T]):
    """Work on a thread of the pool, with the future in the event loop that receives its result."""

    def __init__(self, stop: Callable[[], object]) -> None:
        self._loop = asyncio.get_running_loop()
        self._done: asyncio.Future[T] = self._loop.create_future()
        self._stop = stop

    async def run(self, work: Callable[[], T]) -> T:
        _pool.submit(lambda: self._work(work))
        try:
            return await self._done
        except asyncio.CancelledError:
            self._stop()
            raise

    def _work(self, work: Callable[[], T]) -> None:
        result, error = None, None
        try:
            result = work()
        except BaseException as raised:
            error = raised
        self._in_loop(self._finish, result, error)

    def _finish(self, result: T | None, error: BaseException | None) -> None:
        if self._done.done():
            return
        if error is not None:
            self._fail(error)
        else:
            self._done.set_result(result)  # type: ignore[arg-type]

    def _fail(self, error: BaseException) -> None:
        if isinstance(error, StopIteration):
            # Some versions' futures refuse it, and then nothing would end the wait. A coroutine that raises it ends so.
            failure = RuntimeError("a function raised StopIteration")
            failure.__cause__ = error
            error = failure
        self._done.set_exception(error)

    def in_loop(self, function: Callable[[A], object]) -> Callable[[A], None]:
        """Return a function for the thread that calls `function` in the event loop.

        Bytes that have waited for a slow function come in one call.
        """
        waiting: deque[tuple[float, A]] = deque()

        def tell(heard: A) -> None:
            # Bytes are joined; of other news, a slow function holds only a few.
            while len(waiting) >= _MOST_WAITING and not isinstance(heard, bytes) and not self._done.done():
                sleep(_SLOW / 10)
            waiting.append((monotonic(), heard))
            self._in_loop(self._hear, function, waiting)

        return tell

    def _hear(self, function: Callable[[A], object], waiting: deque[tuple[float, A]]) -> None:
        if self._done.done() or not waiting:
            return
        since, heard = waiting.popleft()
        if isinstance(heard, bytes) and waiting and monotonic() - since > _SLOW:
            pieces: list[Any] = [heard]
            while waiting:
                pieces.append(waiting.popleft()[1])
            joined: Any = b"".join(pieces)
            heard = joined
        try:
            function(heard)
        except BaseException as error:
            if not self._done.done():
                self._fail(error)
            self._stop()

    def _in_loop(self, function: Callable[..., object], *arguments: object) -> None:
        try:
            self._loop.call_soon_threadsafe(function, *arguments)
        except RuntimeError:
            # The loop is closed: no task waits any more.
            self._stop()


async def awaited(execute: Callable[[dict[str, Any]], T], options: dict[str, Any]) -> T:
    """Call `execute` with the options of a run on a thread, and return its result.

    Functions that receive output are called in the loop, all of them before this returns. Cancelling the task also
    cancels the run, without waiting for its end.
    """
    given = options.get("cancel")
    cancel = given.child() if isinstance(given, CancelHandle) else CancelHandle()
    if given is None or isinstance(given, CancelHandle):
        options["cancel"] = cancel
    task: _Task[T] = _Task(cancel.cancel)
    for name in ("on_stdout", "on_stderr", "on_display", "on_event"):
        if callable(options.get(name)):
            options[name] = task.in_loop(options[name])
    _ask_in_loop(options)
    return await task.run(_within(execute, options))


def _within(execute: Callable[[dict[str, Any]], T], options: dict[str, Any]) -> Callable[[], T]:
    """Return the call of `execute` in the context of the running task."""
    running = asyncio.get_running_loop()
    variables = contextvars.copy_context()

    def work() -> T:
        loop.set(running)
        return execute(options)

    return lambda: variables.run(work)


def _ask_in_loop(options: dict[str, Any]) -> None:
    """Let functions that give input await in the running loop."""
    stdin = options.get("stdin")
    if stdin is not None and not isinstance(stdin, (str, bytes)):
        from terrarium._asking import Asker, is_asked

        if is_asked(stdin):
            options["stdin"] = Asker(stdin, asyncio.get_running_loop())


def start(
    execute: Callable[[dict[str, Any]], T],
    options: dict[str, Any],
    done: Callable[[T | None, BaseException | None], object],
) -> None:
    """Call `execute` with the options of a run on a thread, and then `done` with its result or its exception."""
    _ask_in_loop(options)
    within = _within(execute, options)

    def work() -> None:
        try:
            result = within()
        except BaseException as error:
            done(None, error)
        else:
            done(result, None)

    _pool.submit(work)


async def in_thread(work: Callable[[], T]) -> T:
    """Do work on a thread; see `_gate`."""
    cancel = CancelHandle()
    task: _Task[T] = _Task(cancel.cancel)
    return await task.run(lambda: cancel._guard(work))


async def with_progress(work: Callable[[Callable[[A], object]], T], progress: Callable[[A], object] | None) -> T:
    """Do work with progress reports on a thread. A report raises after the task was cancelled, which ends the work."""
    if progress is not None and not callable(progress):
        raise TypeError(f"progress: expected a function, not {type(progress).__name__}")
    stopped = CancelHandle()
    task: _Task[T] = _Task(stopped.cancel)
    report = None if progress is None else task.in_loop(progress)

    def heard(item: A) -> None:
        if stopped.is_cancelled:
            raise InterruptedError("the task that waits for this was cancelled")
        if report is not None:
            report(item)

    return await task.run(lambda: stopped._guard(lambda: work(heard)))
