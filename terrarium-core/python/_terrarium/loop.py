"""An asyncio event loop whose waits let threads run, and top-level `await` on it."""

from __future__ import annotations

import asyncio
import selectors
from asyncio import events, runners, tasks, unix_events
from contextlib import contextmanager
from errno import ENOENT
from os import fsdecode
from sys import modules

from _terrarium.disguise import disguise
from _terrarium.pristine import BUILTINS
from _terrarium.waits import nap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator
    from types import CodeType
    from typing import Any

__builtins__ = BUILTINS


# The longest wait for functions of the host in seconds, and the longest while something else can happen.
_LONG = 1e9
_SHORT = 0.002

_Base: Any = unix_events._UnixSelectorEventLoop


class _Selector:
    """A selector whose waits let threads run. Without descriptors to wait for, no real one is made."""

    def __init__(self, selector: Any = None) -> None:
        self._real = selector
        # Whether the loop must not wait: a handler of a signal has scheduled something.
        self.is_woken = False

    def select(self, timeout: float | None) -> list[Any]:
        """Wait until a descriptor is ready or the next timer is due, or let a thread run."""
        if self.is_woken:
            self.is_woken = False
            timeout = 0
        watches = self._real is not None and bool(self._real.get_map())
        ready = self._real.select(0) if watches else []
        calls = modules.get("_terrarium.host.calls")
        if calls is not None and calls.state.futures:
            return self._wait_for_calls(calls, timeout, ready, watches)
        turns = modules.get("_terrarium.threads.turns")
        others = turns is not None and turns.others()
        if ready or timeout == 0:
            if others and turns is not None:
                turns.glance()
            return list(ready)
        if others and turns is not None and turns.idle(timeout):
            return []
        # The interpreter looks for signals between a handler's return and this place, but not between it and the wait.
        if self.is_woken:
            return []
        if watches:
            return list(self._real.select(timeout))
        nap(timeout)
        return []

    def _wait_for_calls(self, calls: Any, timeout: float | None, ready: list[Any], watches: bool) -> list[Any]:
        """Wait as `select` does, until a function of the host has answered."""
        turns = modules.get("_terrarium.threads.turns")
        others = turns is not None and turns.others()
        if others and turns is not None:
            turns.glance()
        if ready or self.is_woken:
            timeout = 0
        if (others or watches) and (timeout is None or timeout > _SHORT):
            timeout = _SHORT
        calls.receive(None if timeout is None else int(min(timeout, _LONG) * 1e9))
        return list(self._real.select(0)) if watches and not ready else list(ready)

    def get_map(self) -> Any:
        """Return the descriptors that are waited for."""
        return {} if self._real is None else self._real.get_map()

    def get_key(self, descriptor: Any) -> Any:
        """Return the registration of a descriptor."""
        return self._selector().get_key(descriptor)

    def close(self) -> None:
        """Close the real selector."""
        if self._real is not None:
            self._real.close()

    def _selector(self) -> Any:
        if self._real is None:
            self._real = selectors.DefaultSelector()
        return self._real

    def __getattr__(self, name: str) -> Any:
        return getattr(self._selector(), name)


class SandboxEventLoop(_Base):  # type: ignore[misc]
    """The loop behind `asyncio.run`, `asyncio.new_event_loop` and top-level `await`.

    It is asyncio's own loop for Unix. Descriptors can be waited for, but only this process can make one ready.
    """

    def __init__(self, selector: Any = None) -> None:
        super().__init__(_Selector(selector))

    def _make_self_pipe(self) -> None:
        """Make no pipe before something writes to it: only handlers of signals do."""
        self._ssock: Any = None
        self._csock: Any = None

    def _close_self_pipe(self) -> None:
        if self._ssock is not None:
            super()._close_self_pipe()

    def _write_to_self(self) -> None:
        """Wake the loop. Only a handler of a signal can call this while the single thread is in `select`."""
        self._selector.is_woken = True

    def add_signal_handler(self, sig: int, callback: Callable[..., object], *args: Any) -> None:
        """Call `callback` in the loop when the program sends itself the signal."""
        if self._ssock is None:
            super()._make_self_pipe()
        super().add_signal_handler(sig, callback, *args)

    def run_forever(self) -> None:
        """Run until stopped; replaces the outer loop when a program that awaits at its top level calls this."""
        with _outer_suspended():
            super().run_forever()

    def run_until_complete(self, future: Any) -> Any:
        """Run until a future is done."""
        with _outer_suspended():
            return super().run_until_complete(future)

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> Any:
        """Call `func` in a thread of the executor; from the loop itself, if the sandbox has no threads."""
        patch = modules.get("_terrarium.threads.patch")
        if executor is not None or self._default_executor is not None or patch is None or patch.is_active():
            return super().run_in_executor(executor, func, *args)
        self._check_closed()
        future = self.create_future()
        self.call_soon(_work, future, func, args)
        return future

    async def _make_subprocess_transport(self, _protocol: Any, args: Any, shell: bool, *_: Any, **_named: Any) -> Any:
        # The same error as that of `subprocess`.
        program = "/bin/sh" if shell else fsdecode(args if isinstance(args, (str, bytes)) else args[0])
        raise FileNotFoundError(ENOENT, "processes cannot be started in this sandbox", program)


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
    SandboxEventLoop.__module__ = _Base.__module__
    SandboxEventLoop.__name__ = SandboxEventLoop.__qualname__ = _Base.__name__
    names = asyncio.__dict__
    unix = unix_events.__dict__
    unix[_Base.__name__] = SandboxEventLoop
    for place in (names, unix):
        for name in ("SelectorEventLoop", "EventLoop"):
            if name in place:
                place[name] = SandboxEventLoop
    for name in ("_UnixDefaultEventLoopPolicy", "_DefaultEventLoopPolicy", "DefaultEventLoopPolicy"):
        policy = unix.get(name)
        if policy is not None:
            policy._loop_factory = SandboxEventLoop
    if runners.run is not _run:
        runners.run = disguise(_run, _asyncio_run)
        names["run"] = _run


_asyncio_run = runners.run


def _run(main: Any, **options: Any) -> Any:
    with _outer_suspended():
        return _asyncio_run(main, **options)


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
