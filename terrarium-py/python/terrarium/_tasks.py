"""Runs that are awaited: on threads of their own, so that neither the loop nor its default executor waits for them."""

from __future__ import annotations

import asyncio
import os
import threading
from collections import deque
from typing import TYPE_CHECKING, Any, TypeVar

from terrarium._native import CancelHandle

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

# As many as the machine can use, and some more for programs that sleep.
_MOST = min(32, (os.cpu_count() or 1) + 4)


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
            # What it holds is not kept until the next one.
            del job


_pool = _Pool()


def _renew() -> None:
    global _pool
    _pool = _Pool()


if hasattr(os, "register_at_fork"):
    # A child has none of the threads.
    os.register_at_fork(after_in_child=_renew)


async def awaited(execute: Callable[[dict[str, Any]], T], options: dict[str, Any]) -> T:
    """Call `execute` with the options of a run on a thread, and return what it returns.

    Functions that receive output are called in the loop, all of them before this returns. When the task is cancelled,
    so is the run, at once; nobody waits for its end.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()
    given = options.get("cancel")
    cancel = given.child() if isinstance(given, CancelHandle) else CancelHandle()
    if given is None or isinstance(given, CancelHandle):
        options["cancel"] = cancel

    def fail(error: BaseException) -> None:
        if not done.done():
            done.set_exception(error)
        cancel.cancel()

    def in_loop(function: Callable[..., object], *arguments: object) -> None:
        try:
            loop.call_soon_threadsafe(function, *arguments)
        except RuntimeError:
            # The loop is closed: nobody listens any more.
            cancel.cancel()

    def listener(function: Callable[[bytes], object]) -> Callable[[bytes], None]:
        def heard(data: bytes) -> None:
            if done.done():
                return
            try:
                function(data)
            except BaseException as error:
                fail(error)

        return lambda data: in_loop(heard, data)

    for name in ("on_stdout", "on_stderr"):
        if callable(options.get(name)):
            options[name] = listener(options[name])

    def finish(result: T | None, error: BaseException | None) -> None:
        if done.done():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(result)  # type: ignore[arg-type]

    def work() -> None:
        result, error = None, None
        try:
            result = execute(options)
        except BaseException as raised:
            error = raised
        in_loop(finish, result, error)

    _pool.submit(work)
    try:
        return await done
    except asyncio.CancelledError:
        cancel.cancel()
        raise
