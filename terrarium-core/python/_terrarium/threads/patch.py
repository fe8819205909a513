"""Replaces the interpreter's threads with the sandbox's, and restores them."""

from __future__ import annotations

import _thread
import sys
import time

from _terrarium.disguise import disguise, present
from _terrarium.hooks import finder
from _terrarium.interrupts import root, state
from _terrarium.pristine import BUILTINS, load
from _terrarium.threads import low_level, turns
from _terrarium.threads.locks import Lock
from _terrarium.threads.turns import Turn

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any

__builtins__ = BUILTINS

# The number of items that a queue may hold beyond its bound.
_OVERFLOW = 10_000

_INHERITED = object()
# The replaced attributes: (object, attribute, value).
_replaced: list[tuple[Any, str, Any]] = []
_changed: list[Any] = []
_threading: Any = None


def _replace(place: Any, name: str, value: Any) -> None:
    real = getattr(place, name, _INHERITED)
    value = present(value)
    if real is not value:
        inherited = isinstance(place, type) and name not in place.__dict__
        _replaced.append((place, name, _INHERITED if inherited else real))
        if callable(value) and hasattr(real, "__qualname__") and not isinstance(value, type):
            value = disguise(value, real)
        setattr(place, name, value)


def change(module: Any) -> None:
    """Change one of the modules that make threads or wait for them. `threading` is the first."""
    if module in _changed:
        if finder.fresh is not module:
            return
        # It was loaded again, and its own attributes are its own again.
        _replaced[:] = [entry for entry in _replaced if entry[0] is not module]
    else:
        _changed.append(module)
    _CHANGES[module.__name__](module)


def withdraw() -> None:
    """Give `_thread` its own attributes back before `threading` is loaded again: the module is made of them."""
    for place, name, value in reversed(_replaced):
        if place is not _thread:
            continue
        if value is _INHERITED:
            delattr(place, name)
        else:
            setattr(place, name, value)
    _replaced[:] = [entry for entry in _replaced if entry[0] is not _thread]


def _change_threading(threading: Any) -> None:
    global _threading
    _threading = threading
    _keep_for_imports()
    for name, value in (("Lock", Lock), ("_allocate_lock", Lock), ("get_ident", turns.current)):
        _replace(threading, name, value)
    # The guest has none of the three.
    for place in (threading, _thread):
        _replace(place, "get_native_id", low_level.get_native_id)
    _replace(threading.Thread, "native_id", property(low_level.native_id))
    if "get_native_id" not in threading.__all__:
        threading.__all__.append("get_native_id")
    # The lock in Python, which is made of the two above: its owner is a thread of the sandbox.
    _replace(threading, "_CRLock", None)
    local = load("_threading_local").local
    _replace(threading, "local", local)
    replacements: tuple[tuple[str, Any], ...] = (
        ("allocate_lock", _allocate_lock),
        ("allocate", _allocate_lock),
        ("LockType", Lock),
        ("lock", Lock),
        ("RLock", threading._PyRLock),
        ("get_ident", turns.current),
        ("_local", local),
        ("start_new", low_level.start_new_thread),
        ("start_joinable_thread", low_level.start_joinable_thread),
        ("_ThreadHandle", low_level.Handle),
    )
    for name, value in replacements:
        if hasattr(_thread, name):
            _replace(_thread, name, value)
    for name, method in (("start", _start), ("join", _join), ("is_alive", _is_alive)):
        _replace(threading.Thread, name, method)
    _replace(threading.Timer, "run", _run_timer)
    _replace(_thread, "start_new_thread", low_level.start_new_thread)
    _replace(time, "sleep", turns.pause)
    if sys.platform == "emscripten":
        load("_terrarium.threads.waits").change_os(_replace)


def _allocate_lock() -> Lock:
    return Lock()


def _keep_for_imports() -> None:
    """Give the import system the interpreter's own locks: it needs them where no thread may run."""
    bootstrap: Any = sys.modules["_frozen_importlib"]
    if bootstrap._thread is _thread:
        own: Any = type(sys)("_thread")
        own.__dict__.update(_thread.__dict__)
        bootstrap._thread = own


def is_active() -> bool:
    """Whether threads are the sandbox's."""
    return bool(_replaced)


def remove() -> None:
    """Restore the interpreter's own attributes."""
    while _replaced:
        place, name, value = _replaced.pop()
        if value is _INHERITED:
            delattr(place, name)
        else:
            setattr(place, name, value)
    _changed.clear()
    turns.clear()


def _change_queue(module: ModuleType) -> None:
    # A queue whose waits are in Python, with the locks above.
    _replace(module, "SimpleQueue", module._PySimpleQueue)
    put = module.Queue.put

    def put_over(self: Any, item: Any, block: bool = True, timeout: float | None = None) -> None:
        # No other thread can take an item out before this one continues: exceed the bound, instead of a wait that
        # cannot end.
        bound = self.maxsize
        if not block or not 0 < bound <= self._qsize() < bound + _OVERFLOW or not turns.others():
            put(self, item, block, timeout)
            return
        self.maxsize = 0
        try:
            put(self, item)
        finally:
            self.maxsize = bound

    _replace(module.Queue, "put", put_over)


def _change_executor(module: ModuleType) -> None:
    load("_terrarium.threads.pools").change_executor(module, _replace)


def _change_pool(module: ModuleType) -> None:
    load("_terrarium.threads.pools").change_pool(module, _replace)
    if sys.platform == "emscripten":
        load("_terrarium.library.executors").change_pool(module)


# Threads


def _start(self: Any) -> None:
    if not self._initialized:
        raise RuntimeError("thread.__init__() not called")
    if self._started.is_set():
        raise RuntimeError("threads can only be started once")
    context = self.__dict__.get("_context")
    if context is None and getattr(sys.flags, "thread_inherit_context", False):
        context = load("contextvars").copy_context()
    turn = Turn(lambda: _run(self), daemon=self.daemon, context=context)
    turn.fail = lambda error: _fail(self, error)
    if type(self).run is _threading.Timer.run:
        turn.due = time.monotonic() + self.interval
        turn.cancelled = self.finished.is_set
    try:
        self._turn = turn
        self._ident = turn.ident
        with _threading._active_limbo_lock:
            _threading._active[turn.ident] = self
        self._started.set()
        turns.add(turn)
    except BaseException:
        # An interrupt: the thread was not started.
        turns.drop(turn)
        _threading._active.pop(turn.ident, None)
        self._started.clear()
        self._ident = None
        self.__dict__.pop("_turn", None)
        raise


def _fail(thread: Any, error: BaseException) -> None:
    """End a thread whose work could not begin."""
    try:
        trim(error)
        if not isinstance(error, SystemExit):
            thread._invoke_excepthook(thread)
    finally:
        end(thread)


def _run(thread: Any) -> None:
    """Run a thread to its end, as the operating system would after its start."""
    interrupted = state.raised
    thread._turn.begun = True
    hooks = sys.gettrace(), sys.getprofile()
    try:
        _set_hooks(_threading._trace_hook, _threading._profile_hook)
        root(thread.run)
    except turns.Leave:
        pass
    except BaseException as error:
        if state.raised and not interrupted:
            return
        trim(error)
        thread._invoke_excepthook(thread)
    finally:
        _set_hooks(*hooks)
        if not thread.__dict__.get("parked"):
            end(thread)


def _set_hooks(trace: Any, profile: Any) -> None:
    """Set the functions that trace and profile the present thread, which are not those of the one below."""
    if sys.gettrace() is not trace:
        sys.settrace(trace)
    if sys.getprofile() is not profile:
        sys.setprofile(profile)


def trim(error: BaseException) -> None:
    """Remove the frames of the harness from both ends of a traceback."""
    is_ours = load("_terrarium.stack").is_ours
    entry = error.__traceback__
    while entry is not None and is_ours(entry.tb_frame.f_code):
        entry = entry.tb_next
    first = last = entry
    while entry is not None:
        if not is_ours(entry.tb_frame.f_code):
            last = entry
        entry = entry.tb_next
    if last is not None:
        last.tb_next = None
    error.__traceback__ = first


def end(thread: Any) -> None:
    """Mark a thread as ended."""
    turn = thread._turn
    turn.done = True
    with _threading._active_limbo_lock:
        _threading._active.pop(turn.ident, None)
    # Attributes that the repr of a thread reads.
    for name in ("_os_thread_handle", "_handle"):
        if hasattr(thread, name):
            handle = _threading._make_thread_handle(turn.ident)
            handle._set_done()
            setattr(thread, name, handle)
    thread._is_stopped = True


def _join(self: Any, timeout: float | None = None) -> None:
    turn = self.__dict__.get("_turn")
    if turn is None:
        _original(_threading.Thread, "join")(self, timeout)
    elif turn.ident == turns.current():
        raise RuntimeError("cannot join current thread")
    else:
        turns.join(turn, None if timeout is None else max(timeout, 0))


def _is_alive(self: Any) -> bool:
    turn = self.__dict__.get("_turn")
    alive: bool = _original(_threading.Thread, "is_alive")(self) if turn is None else not turns.poll(turn)
    return alive


def _original(place: Any, name: str) -> Callable[..., Any]:
    found: Callable[..., Any] = next(value for at, known, value in _replaced if at is place and known == name)
    return found


def _run_timer(self: Any) -> None:
    turn = self.__dict__.get("_turn")
    self.finished.wait(self.interval if turn is None or turn.due is None else max(turn.due - time.monotonic(), 0))
    if not self.finished.is_set():
        self.function(*self.args, **self.kwargs)
    self.finished.set()


def _change_anyio(module: ModuleType) -> None:
    load("_terrarium.threads.anyio_workers").change_backend(module, _replace)


_CHANGES: dict[str, Callable[[Any], None]] = {
    "threading": _change_threading,
    "queue": _change_queue,
    "concurrent.futures.thread": _change_executor,
    "multiprocessing.pool": _change_pool,
    "anyio._backends._asyncio": _change_anyio,
}
