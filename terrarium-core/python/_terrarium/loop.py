"""An asyncio event loop that needs no sockets, and top-level `await` on it."""

from __future__ import annotations

import asyncio
import errno
from asyncio import base_events, events, runners, tasks
from contextlib import contextmanager
from sys import modules
from time import sleep

from _terrarium.pristine import BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator
    from types import CodeType
    from typing import Any

__builtins__ = BUILTINS


# Seconds of one sleep while nothing is scheduled. Only an interrupt can wake such a loop.
_LONG = 3600.0


class _Clock:
    """Stands in for the selector: there are no descriptors to wait for, only time."""

    def select(self, timeout: float | None) -> list[Any]:
        """Wait until the next timer is due, or let a thread run."""
        turns = modules.get("_terrarium.threads.turns")
        if turns is not None and timeout != 0 and turns.others() and turns.idle(timeout):
            return []
        if timeout is None:
            sleep(_LONG)
        elif timeout > 0:
            sleep(timeout)
        return []


class SandboxEventLoop(base_events.BaseEventLoop):
    """The loop behind `asyncio.run`, `asyncio.new_event_loop` and top-level `await`.

    Work for the default executor (`asyncio.to_thread`) is done by the loop itself, one item after the other, because a
    sandbox has no threads.
    """

    def __init__(self) -> None:
        super().__init__()
        self._selector = _Clock()

    def _process_events(self, event_list: list[Any]) -> None:
        """Do nothing: there are no events of descriptors."""

    def _write_to_self(self) -> None:
        """Do nothing: only the single thread could be asleep in `select`."""

    def run_forever(self) -> None:
        """Run until stopped; replaces the outer loop when a program that awaits at its top level calls this."""
        with _outer_suspended():
            super().run_forever()

    def run_until_complete(self, future: Any) -> Any:
        """Run until a future is done."""
        with _outer_suspended():
            return super().run_until_complete(future)

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> Any:  # type: ignore[override]
        """Call `func` from the loop, at its next turn."""
        if executor is not None:
            return super().run_in_executor(executor, func, *args)
        self._check_closed()  # type: ignore[attr-defined]
        future = self.create_future()
        self.call_soon(_work, future, func, args)
        return future

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:
        """Do nothing: there is no executor to shut down."""

    async def _make_subprocess_transport(self, *_args: Any, **_options: Any) -> Any:
        raise OSError(errno.ENOTSUP, "processes cannot be started inside the sandbox")


def _work(future: asyncio.Future[Any], func: Callable[..., Any], args: tuple[Any, ...]) -> None:
    if future.cancelled():
        return
    try:
        result = func(*args)
    except (SystemExit, KeyboardInterrupt):
        raise
    except BaseException as error:
        future.set_exception(error)
    else:
        future.set_result(result)


class _Top:
    """The loop for awaits at the top level of programs, and the task of the program."""

    def __init__(self) -> None:
        self.loop: SandboxEventLoop | None = None
        self.task: asyncio.Task[Any] | None = None


_top = _Top()


@contextmanager
def _outer_suspended() -> Iterator[None]:
    """Let another loop run inside a program that is itself a task: `asyncio.run(main())` next to a bare `await`."""
    loop = _top.loop
    running = events._get_running_loop()
    task = tasks.current_task(running) if running is not None else None
    if running is None or running is not loop or task is None or task is not _top.task:
        yield
        return
    tasks._leave_task(running, task)  # type: ignore[arg-type]
    events._set_running_loop(None)
    try:
        yield
    finally:
        events._set_running_loop(running)
        tasks._enter_task(running, task)  # type: ignore[arg-type]


def _install() -> None:
    """Make asyncio create loops of this class."""
    names = asyncio.__dict__
    for place in (names, names["unix_events"].__dict__):
        for name in ("SelectorEventLoop", "EventLoop"):
            if name in place:
                place[name] = SandboxEventLoop
    for name in ("_UnixDefaultEventLoopPolicy", "_DefaultEventLoopPolicy", "DefaultEventLoopPolicy"):
        policy = names["unix_events"].__dict__.get(name)
        if policy is not None:
            policy._loop_factory = SandboxEventLoop
    if runners.run is not _run:
        runners.run = _run
        names["run"] = _run


_asyncio_run = runners.run


def _run(main: Any, **options: Any) -> Any:
    with _outer_suspended():
        return _asyncio_run(main, **options)


_run.__name__ = _run.__qualname__ = "run"
_run.__doc__ = _asyncio_run.__doc__


_install()


def run_program(code: CodeType, names: dict[str, Any]) -> None:
    """Run code that awaits at its top level."""
    loop = _top.loop
    if loop is None or loop.is_closed():
        loop = _top.loop = SandboxEventLoop()
    program: Coroutine[Any, Any, Any] = eval(code, names)
    task = _top.task = loop.create_task(program)
    try:
        loop.run_until_complete(task)
    except (KeyboardInterrupt, SystemExit):
        _abandon(task)
        raise
    finally:
        _top.task = None


def _abandon(task: asyncio.Task[Any]) -> None:
    """Drop the loop after an interrupt, which may have stopped the loop in the middle of its work."""
    task._log_destroy_pending = False  # type: ignore[attr-defined]
    close()


def is_open() -> bool:
    """Whether the top level has a loop."""
    return _top.loop is not None


def close() -> None:
    """Cancel the remaining tasks of the top-level loop and close it. May run user code."""
    loop, _top.loop = _top.loop, None
    if loop is None or loop.is_closed() or loop.is_running():
        return
    try:
        runners._cancel_all_tasks(loop)  # type: ignore[attr-defined]
        loop.run_until_complete(loop.shutdown_asyncgens())
    finally:
        loop.close()
