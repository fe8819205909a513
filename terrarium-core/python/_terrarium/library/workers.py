"""`multiprocessing`: the start of a process, and semaphores. The work is done in turns, like that of threads.

A "process" is a deferred turn of this interpreter (`_terrarium.threads`). Its target and arguments are pickled, so that
it works on copies, as in another process; the globals of modules are shared all the same. The library's own classes
stay. The parts below them are replaced: the start of a process and semaphores here, then `pipes`, `managers` and
`executors`.
"""

from __future__ import annotations

import io
import sys
import threading
import weakref

from _terrarium.pristine import BUILTINS, load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

__builtins__ = BUILTINS

# Objects that are shared by reference with a process that starts: its arguments are pickled.
_shared: weakref.WeakValueDictionary[int, Any] = weakref.WeakValueDictionary()
pids = iter(range(1001, 1 << 31))


def shared(key: int) -> Any:
    """Return a shared object."""
    try:
        return _shared[key]
    except KeyError:
        raise RuntimeError("the shared object does not exist any more") from None


def by_reference(made: Any) -> tuple[Callable[[int], Any], tuple[int]]:
    """Reduce an object to its number, for a process that starts."""
    _shared[id(made)] = made
    return shared, (id(made),)


def if_spawning(made: Any) -> tuple[Callable[[int], Any], tuple[int]]:
    """Reduce an object to its number, but refuse to do so for other purposes."""
    load("multiprocessing.context").assert_spawning(made)
    return by_reference(made)


class _Alive:
    """The sentinel of the parent process, which never ends before its child."""

    def poll(self, _timeout: float | None = None) -> bool:
        """Return that the parent is alive."""
        return False


def trim(error: BaseException) -> None:
    """Remove the frames of the harness from a traceback."""
    load("_terrarium.threads.patch").trim(error)


class Popen:
    """The start of a process: a turn that runs later, when the program waits."""

    method = "turn"

    def __init__(self, process: Any) -> None:
        context, reduction = load("multiprocessing.context"), load("multiprocessing.reduction")
        self.returncode: int | None = None
        self.finalizer = None
        self.pid = self.sentinel = next(pids)
        child = load("copy").copy(process)
        if process._start_method != "fork":
            # With copies of the arguments, which the child changes without its parent.
            context.set_spawning_popen(self)
            try:
                file = io.BytesIO()
                reduction.dump(process, file)
                child = reduction.ForkingPickler.loads(file.getbuffer())
            finally:
                context.set_spawning_popen(None)
        child._popen = None
        self._child = child
        self._thread = threading.Thread(target=self._run, name=process.name, daemon=process.daemon)
        self._thread.start()

    def duplicate_for_child(self, descriptor: int) -> int:
        """Return the descriptor: there is one process only."""
        return descriptor

    def _run(self) -> None:
        processes = load("multiprocessing.process")
        outer = processes._current_process, processes._parent_process, processes._children
        parent = processes._ParentProcess(outer[0]._name, outer[0].pid, _Alive())
        processes._current_process, processes._parent_process, processes._children = self._child, parent, set()
        code = 1
        try:
            self._child.run()
            code = 0
        except SystemExit as end:
            code = 0
            if isinstance(end.code, int):
                code = end.code
            elif end.code is not None:
                sys.stderr.write(f"{end.code}\n")
                code = 1
        except Exception as error:
            trim(error)
            sys.stderr.write(f"Process {self._child.name}:\n")
            load("traceback").print_exception(error)
        finally:
            processes._current_process, processes._parent_process, processes._children = outer
            if self.returncode is None:
                self.returncode = code

    def poll(self, _flag: int = 0) -> int | None:
        """Return the exit status, if the process has ended; a process that is polled repeatedly runs."""
        if self.returncode is None:
            self._thread.is_alive()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int | None:
        """Wait for the end of the process."""
        if self.returncode is None:
            self._thread.join(timeout)
        return self.returncode

    def _end(self, signal: int) -> None:
        if self.returncode is None:
            self.returncode = -signal
            turn = getattr(self._thread, "_turn", None)
            if turn is not None:
                load("_terrarium.threads.turns").drop(turn)

    def terminate(self) -> None:
        """End a process that has not begun."""
        self._end(15)

    def kill(self) -> None:
        """End a process that has not begun."""
        self._end(9)

    def interrupt(self) -> None:
        """End a process that has not begun."""
        self._end(2)

    def close(self) -> None:
        """Do nothing: nothing is open."""


def change_contexts(module: Any) -> None:
    """Change `multiprocessing.context`: the classes of processes for all ways to start them."""
    for name in ("ForkProcess", "SpawnProcess", "ForkServerProcess"):
        getattr(module, name)._Popen = staticmethod(Popen)
    module.ForkServerContext._check_available = lambda self: None
    module.BaseContext.Manager = _manager
    module.BaseContext.Pool = _pool
    default = module.DefaultContext(module._concrete_contexts["forkserver"])
    module._default_context = default


def _manager(self: Any) -> Any:
    """Returns a manager associated with a running server process."""
    return load("_terrarium.library.managers").Manager(self.get_context())


def _pool(
    self: Any, processes: int | None = None, initializer: Any = None, initargs: Any = (), maxtasksperchild: Any = None
) -> Any:
    """Returns a process pool object"""
    pool = load("multiprocessing.pool")
    return pool.Pool(processes, initializer, initargs, maxtasksperchild, context=self.get_context())


def change_tracker(module: Any) -> None:
    """Change `multiprocessing.resource_tracker`: what a process leaves is gone at its end, without a tracker."""

    def ensure_running(self: Any) -> None:
        """Make sure that resource tracker process is running.

        This can be run from any process.  Usually a child process will use
        the resource created by its parent.
        """

    def register(self: Any, name: str, rtype: str) -> None:
        """Register name of resource with resource tracker."""

    def unregister(self: Any, name: str, rtype: str) -> None:
        """Unregister name of resource with resource tracker."""

    tracker = module._resource_tracker
    for function in (ensure_running, register, unregister):
        name = function.__name__
        function.__module__, function.__qualname__ = module.__name__, f"ResourceTracker.{name}"
        setattr(module.ResourceTracker, name, function)
        setattr(module, name, getattr(tracker, name))


# Semaphores


class SemLock:
    """The semaphore below all locks of `multiprocessing`."""

    SEM_VALUE_MAX = 2**31 - 1

    def __init__(self, kind: int, value: int, maxvalue: int, name: str, unlink: bool) -> None:
        self.kind, self.maxvalue, self.handle = kind, maxvalue, id(self)
        _shared[id(self)] = self
        # No name, so that no tracker of names is started.
        self.name = None
        self._condition = threading.Condition(threading.Lock())
        self._value = value
        self._owner: int | None = None
        self._held = 0
        # Whether more releases than acquisitions are right: a queue has exceeded its bound.
        self.is_lenient = False

    @classmethod
    def _rebuild(cls, handle: int, _kind: int, _maxvalue: int, _name: str | None) -> Any:
        return shared(handle)

    def acquire(self, block: bool = True, timeout: float | None = None) -> bool:
        """Acquire the semaphore/lock."""
        if self.kind == 0 and self._is_mine():
            self._held += 1
            return True
        with self._condition:
            if self._value == 0:
                if not block:
                    return False
                bound = None if timeout is None else max(timeout, 0)
                if not self._condition.wait_for(lambda: self._value > 0, bound):
                    return False
            self._value -= 1
            self._owner = threading.get_ident()
            self._held += 1
        return True

    def release(self) -> None:
        """Release the semaphore/lock."""
        if self.kind == 0:
            if not self._is_mine():
                raise AssertionError("attempt to release recursive lock not owned by thread")
            if self._held > 1:
                self._held -= 1
                return
            self._owner = None
        with self._condition:
            self._held -= 1
            if self._value >= self.maxvalue:
                if self.is_lenient:
                    return
                raise ValueError("semaphore or lock released too many times")
            self._value += 1
            self._condition.notify()

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()

    def _count(self) -> int:
        return self._held

    def _is_mine(self) -> bool:
        return self._held > 0 and self._owner == threading.get_ident()

    def _get_value(self) -> int:
        return self._value

    def _is_zero(self) -> bool:
        return self._value == 0

    def _after_fork(self) -> None:
        self._held = 0


def fill_semaphores(module: Any) -> None:
    """Make `_multiprocessing`, which the guest's build does not have."""
    SemLock.__module__ = module.__name__
    module.SemLock, module.sem_unlink, module.flags = SemLock, lambda name: None, {}


class _Condition(threading.Condition):
    """The part of a condition that its copies in other processes share."""

    def _is_owned(self) -> bool:
        owned: bool = self._lock._semlock._is_mine()  # type: ignore[attr-defined]
        return owned

    def _release_save(self) -> int:
        count: int = self._lock._semlock._count()  # type: ignore[attr-defined]
        for _ in range(count):
            self._lock.release()  # type: ignore[attr-defined]
        return count

    def _acquire_restore(self, count: int) -> None:
        for _ in range(count):
            self._lock.acquire()  # type: ignore[attr-defined]


def change_locks(module: Any) -> None:
    """Change `multiprocessing.synchronize`: locks are shared by reference with all ways to start a process.

    The library's conditions wait in `notify` until those who wait have run, which they cannot meanwhile.
    """
    lock, condition = module.SemLock, module.Condition
    lock_state, real_init = lock.__getstate__, condition.__init__

    def __getstate__(self: Any) -> Any:
        self._is_fork_ctx = False
        return lock_state(self)

    def __init__(self: Any, lock: Any = None, *, ctx: Any) -> None:
        real_init(self, lock, ctx=ctx)
        self._shared = _Condition(self._lock)

    def condition_state(self: Any) -> Any:
        load("multiprocessing.context").assert_spawning(self)
        return self._lock, by_reference(self._shared)[1][0]

    def set_condition_state(self: Any, state: Any) -> None:
        self._lock, key = state
        self._shared = shared(key)
        self._make_methods()

    def wait(self: Any, timeout: float | None = None) -> bool:
        woken: bool = self._shared.wait(timeout)
        return woken

    def notify(self: Any, n: int = 1) -> None:
        self._shared.notify(n)

    lock.__getstate__ = __getstate__
    condition.__getstate__, condition.__setstate__ = condition_state, set_condition_state
    condition.__repr__ = lambda self: f"<Condition({self._lock}, {len(self._shared._waiters)})>"
    for function in (__init__, wait, notify):
        function.__module__, function.__qualname__ = module.__name__, f"Condition.{function.__name__}"
        setattr(condition, function.__name__, function)
