"""The schedule: the threads that were started and have not run yet, and those on the stack."""

from __future__ import annotations

from _thread import get_ident
from contextvars import Context
from sys import modules
from time import monotonic, sleep

from _terrarium.interrupts import state
from _terrarium.pristine import BUILTINS
from _terrarium.waits import nap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, NoReturn

__builtins__ = BUILTINS

# The most threads that may wait on top of one another, because of the recursion limit.
_DEPTH = 30
# Times that a program may sleep, or ask whether a thread is alive, before this counts as a wait for the thread.
_PATIENCE = 5
# Errors that one thread gets for waits that cannot end, before the thread is ended: it may catch them in a loop.
_ERRORS = 3
_MESSAGE = (
    "this would wait for ever: a sandbox has one thread, so started threads run one after the other when they are "
    "waited for, and none is left that could end this wait"
)


class Leave(SystemExit):
    """Ends a thread silently. A SystemExit, so that it does not count as an error."""


class Turn:
    """The work of one thread, from its start to its end."""

    def __init__(self, work: Callable[[], object], *, daemon: bool, context: Context | None = None) -> None:
        global _count
        _count += 1
        self.work = work
        self.daemon = daemon
        # Whether the thread ends silently when nothing needs it any more.
        self.quiet = daemon
        self.context = context or Context()
        self.ident = get_ident() + _count
        self.done = False
        # The time of a timer, and whether it was cancelled.
        self.due: float | None = None
        self.cancelled: Callable[[], bool] | None = None
        self.passed = 0
        self.errors = 0
        # Whether the work has begun, and what ends the thread if it cannot begin.
        self.begun = False
        self.fail: Callable[[BaseException], None] | None = None

    def ready(self, now: float) -> bool:
        """Whether the thread may run; a timer may not before its time."""
        return self.due is None or self.due <= now or (self.cancelled is not None and self.cancelled())


class _Wait:
    """A wait on top of which another thread runs."""

    def __init__(self, over: Callable[[], bool], deadline: float | None) -> None:
        self.over = over
        self.deadline = deadline


_count = 0
_waiting: list[Turn] = []
_running: list[Turn] = []
_waits: list[_Wait] = []


def current() -> int:
    """Return the identity of the running thread."""
    return _running[-1].ident if _running else get_ident()


def others() -> bool:
    """Whether there is any thread besides the running one."""
    return bool(_waiting or _running)


def add(turn: Turn) -> None:
    """Defer the work of a thread that was started, or that has more to do."""
    turn.passed = 0
    if turn not in _waiting:
        _waiting.append(turn)


def drop(turn: Turn) -> None:
    """Forget a thread that has not begun."""
    if turn in _waiting:
        _waiting.remove(turn)


def _take(now: float, polled: bool = False) -> Turn | None:
    """Take the first thread that may run, and among due timers the earliest. With `polled`, take only timers and
    threads that were passed over often.
    """
    if len(_running) >= _DEPTH:
        return None
    ready = [
        turn for turn in _waiting if turn.ready(now) and (not polled or turn.due is not None or turn.passed > _PATIENCE)
    ]
    if not ready:
        return None
    found = ready[0]
    if found.due is not None:
        found = min((turn for turn in ready if turn.due is not None), key=lambda turn: turn.due or 0)
    _waiting.remove(found)
    return found


def _perform(turn: Turn, wait: _Wait) -> None:
    """Run a thread on top of a wait."""
    interrupted = state.raised
    depth = len(_running)
    outer: Any = None
    try:
        _running.append(turn)
        _waits.append(wait)
        outer = _suspend_loop()
        turn.context.run(turn.work)
    except BaseException as error:
        if turn.begun or turn.fail is None or state.raised:
            raise
        # There is no stack for it, or its context is in use: the thread ends, and the wait continues.
        turn.done = True
        turn.fail(error)
    finally:
        _resume_loop(outer)
        del _waits[depth:], _running[depth:]
    if state.raised and not interrupted:
        # An interrupt belongs to the main thread, in whichever thread it came.
        raise KeyboardInterrupt


def _suspend_loop() -> Any:
    """Suspend the event loop, so that the thread can have its own."""
    events = modules.get("asyncio.events")
    loop = None if events is None else events._get_running_loop()
    if events is None or loop is None:
        return None
    tasks: Any = modules["asyncio.tasks"]
    task = tasks.current_task(loop)
    if task is not None:
        tasks._leave_task(loop, task)
    events._set_running_loop(None)
    return events, loop, tasks, task


def _resume_loop(outer: Any) -> None:
    if outer is not None:
        events, loop, tasks, task = outer
        events._set_running_loop(loop)
        if task is not None:
            tasks._enter_task(loop, task)


def _rest(until: float | None) -> None:
    """Sleep until the state may have changed. A daemon that no other thread waits for ends instead."""
    times = [turn.due for turn in _waiting if turn.due is not None]
    if until is not None:
        times.append(until)
    if _running and _running[-1].quiet:
        if any(wait.over() for wait in _waits):
            raise Leave
        times.extend(wait.deadline for wait in _waits if wait.deadline is not None)
    nap(min(times) - monotonic())
    now = monotonic()
    if _running and _running[-1].quiet and any(wait.deadline is not None and wait.deadline <= now for wait in _waits):
        raise Leave


def _give_up() -> NoReturn:
    turn = _running[-1] if _running else None
    if turn is not None:
        turn.errors += 1
        if turn.quiet or turn.errors > _ERRORS:
            raise Leave
    raise RuntimeError(_MESSAGE)


def wait(over: Callable[[], bool], timeout: float | None = None) -> bool:
    """Run other threads until `over()` holds. Returns False when it does not hold after `timeout` seconds."""
    deadline = None if timeout is None else monotonic() + timeout
    this = _Wait(over, deadline)
    while not over():
        now = monotonic()
        turn = _take(now)
        if turn is not None:
            _perform(turn, this)
        elif deadline is not None and deadline <= now:
            return False
        elif deadline is not None or (len(_running) < _DEPTH and any(turn.due is not None for turn in _waiting)):
            _rest(deadline)
        else:
            _give_up()
    return True


def join(turn: Turn, timeout: float | None = None) -> bool:
    """Run one thread before all others, and return whether it has ended."""
    if turn in _waiting and turn.ready(monotonic()) and len(_running) < _DEPTH:
        _waiting.remove(turn)
        _perform(turn, _Wait(lambda: turn.done, None))
    return wait(lambda: turn.done, timeout)


def poll(turn: Turn) -> bool:
    """Return whether a thread has ended; a thread that is polled repeatedly runs."""
    if turn in _waiting and turn.ready(monotonic()):
        turn.passed += 1
        if turn.passed > _PATIENCE and len(_running) < _DEPTH:
            _waiting.remove(turn)
            _perform(turn, _Wait(lambda: False, None))
    return turn.done


def pause(seconds: float) -> None:
    """Sleep. Timers run at their time, other threads once the program sleeps repeatedly, as a polling loop does."""
    if not (_waiting or _running) or not seconds >= 0:
        sleep(seconds)
        return
    deadline = monotonic() + seconds
    for turn in _waiting:
        turn.passed += 1
    this = _Wait(lambda: monotonic() >= deadline, deadline)
    while True:
        now = monotonic()
        found = _take(now, polled=True)
        if found is not None:
            _perform(found, this)
        elif now >= deadline:
            return
        else:
            _rest(deadline)


def glance() -> None:
    """Let threads that were passed over often run, while an event loop is never idle."""
    for turn in _waiting:
        turn.passed += 1
    found = _take(monotonic(), polled=True)
    if found is not None:
        _perform(found, _Wait(lambda: False, None))


def idle(timeout: float | None) -> bool:
    """Let one thread run while an event loop has nothing to do. Returns False when there is none."""
    turn = _take(monotonic())
    if turn is not None:
        _perform(turn, _Wait(lambda: False, None))
        return True
    if timeout is None and _running and not _waiting:
        _give_up()
    if timeout is not None or _waiting:
        _rest(None if timeout is None else monotonic() + timeout)
        return True
    return False


def finish(keep: bool) -> None:
    """Run the remaining threads, as a Python process does at its end. Daemons stay for a session's next run."""
    while any(not turn.daemon for turn in _waiting):
        now = monotonic()
        for turn in _waiting:
            if not turn.daemon and turn.ready(now):
                _waiting.remove(turn)
                _perform(turn, _Wait(lambda: False, None))
                break
        else:
            _rest(None)
    if not keep:
        clear()


def clear() -> None:
    """Forget all threads."""
    _waiting.clear()
