"""Thread pools whose workers end their turn when there is no work left, instead of waiting for more."""

from __future__ import annotations

import os
import queue
import threading
import weakref
from collections import deque
from typing import Any

from _terrarium.interrupts import root, state
from _terrarium.pristine import BUILTINS
from _terrarium.threads import turns
from _terrarium.threads.patch import end, trim

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    Replace = Callable[[Any, str, Any], None]

__builtins__ = BUILTINS


class _Worker(threading.Thread):
    """A thread of a pool: parked while its pool has no work, woken when there is some."""

    def __init__(self, serve: Callable[[_Worker], bool], **options: Any) -> None:
        super().__init__(**options)
        self._serve = serve
        self.parked = True
        # Whether the pool's initializer was called for this thread, and the state that belongs to an executor.
        self.prepared = False
        self.context: Any = None

    def run(self) -> None:
        """Do the available work."""
        self.parked = self._serve(self)

    def wake(self) -> None:
        """Start another turn, or the first."""
        self.parked = False
        if self._started.is_set():  # type: ignore[attr-defined]
            turns.add(self._turn)  # type: ignore[attr-defined]
        else:
            self.start()
            # A thread that waits for a result gets the reason why there is none.
            self._turn.quiet = False  # type: ignore[attr-defined]

    def let_go(self) -> None:
        """End the thread, if it is parked."""
        if self.parked and self._started.is_set():  # type: ignore[attr-defined]
            self.parked = False
            end(self)

    def retire(self) -> None:
        """Forget the pool, which has no more work: the pool refers to this thread."""
        self._serve = _serve_nothing


def _serve_nothing(_worker: _Worker) -> bool:
    return False


# concurrent.futures


class _PlainContext:
    """The work of an initializer, for versions whose executors do not have such an object."""

    def __init__(self, executor: Any) -> None:
        self._initializer, self._arguments = executor._initializer, executor._initargs

    def initialize(self) -> None:
        if self._initializer is not None:
            self._initializer(*self._arguments)

    def finalize(self) -> None:
        """Do nothing: there is nothing to finalize."""


def _serve_executor(reference: Any, items: Any, worker: _Worker) -> bool:
    """Do the work of an executor until there is none. Returns whether more may come later."""
    interrupted = state.raised
    while True:
        executor = reference()
        try:
            item = items.get_nowait()
        except queue.Empty:
            if executor is not None and not executor._shutdown:
                return True
            if worker.prepared:
                worker.context.finalize()
            return False
        if item is None:
            continue
        if not worker.prepared and not _initialize(executor, items, item, worker):
            return False
        del executor
        if isinstance(worker.context, _PlainContext):
            root(item.run)
        else:
            root(item.run, worker.context)
        del item
        if state.raised and not interrupted:
            return True


def _initialize(executor: Any, items: Any, item: Any, worker: _Worker) -> bool:
    """Call the initializer of an executor, with the first item of work at hand."""
    worker.prepared = True
    try:
        worker.context.initialize()
    except BaseException as error:
        from concurrent.futures._base import LOGGER

        trim(error)
        LOGGER.critical("Exception in initializer:", exc_info=True)
        if executor is None:
            item.future.set_exception(error)
        else:
            items.put(item)
            executor._initializer_failed()
        return False
    return True


def _adjust_thread_count(self: Any) -> None:
    """Give a worker a turn for an added piece of work."""
    for worker in self._threads:
        if worker.parked:
            worker.wake()
            return
    if len(self._threads) < self._max_workers:
        workers = self._threads
        reference = weakref.ref(self, lambda _: [worker.let_go() for worker in workers])
        items = self._work_queue
        name = f"{self._thread_name_prefix or self}_{len(workers)}"
        worker = _Worker(lambda worker: _serve_executor(reference, items, worker), name=name)
        modern = hasattr(self, "_create_worker_context")
        worker.context = self._create_worker_context() if modern else _PlainContext(self)
        workers.add(worker)
        worker.wake()


def change_executor(module: Any, replace: Replace) -> None:
    """Change `concurrent.futures.thread`."""
    executor = module.ThreadPoolExecutor
    real = executor.shutdown

    def shutdown(self: Any, wait: bool = True, *, cancel_futures: bool = False) -> None:
        for worker in self._threads:
            worker.let_go()
        real(self, wait, cancel_futures=cancel_futures)

    replace(executor, "_adjust_thread_count", _adjust_thread_count)
    replace(executor, "shutdown", shutdown)


# multiprocessing.pool


class _Tasks:
    """Takes tasks like the queue of a pool, and makes the workers do them."""

    def __init__(self, workers: list[_Worker]) -> None:
        self._workers = workers
        self._todo: deque[Iterator[Any]] = deque()

    def put(self, work: tuple[Iterable[Any], Callable[[int], None] | None]) -> None:
        """Add tasks, which may come from an iterator of the program."""
        self._todo.append(self._each(*work))
        for worker in self._workers:
            if worker.parked:
                worker.wake()

    @staticmethod
    def _each(tasks: Iterable[Any], set_length: Callable[[int], None] | None) -> Iterator[Any]:
        task = None
        for task in tasks:
            yield task
        if set_length is not None:
            set_length(task[1] + 1 if task else 0)

    def next(self) -> Any:
        """Return a task, or None."""
        while self._todo:
            source = self._todo[0]
            for task in source:
                return task
            self._todo.remove(source)
        return None

    def clear(self) -> None:
        """Drop the tasks that have not begun."""
        self._todo.clear()


def _serve_pool(pool: Any, worker: _Worker) -> bool:
    """Do the work of a pool until there is none. Returns whether more may come later."""
    interrupted = state.raised
    # A pool of processes works on copies.
    call = hasattr(pool, "_call")
    while (task := pool._taskqueue.next()) is not None:
        if not worker.prepared:
            worker.prepared = True
            if pool._initializer is not None:
                pool._initializer(*pool._initargs)
        job, number, function, args, kwargs = task
        try:
            result = (True, pool._call(function, args, kwargs) if call else function(*args, **kwargs))
        except Exception as error:
            result = (False, error)
        try:
            pool._cache[job]._set(number, result)
        except KeyError:
            # The result is no longer wanted.
            pass
        if state.raised and not interrupted:
            break
    return bool(pool._state == "RUN")


def change_pool(module: Any, replace: Replace) -> None:
    """Change `multiprocessing.pool.ThreadPool`, which otherwise needs three threads to distribute work."""

    def init(self: Any, processes: int | None = None, initializer: Any = None, initargs: Any = ()) -> None:
        self._pool = []
        self._state = module.INIT
        if processes is None:
            processes = os.cpu_count() or 1
        if processes < 1:
            raise ValueError("Number of processes must be at least 1")
        if initializer is not None and not callable(initializer):
            raise TypeError("initializer must be a callable")
        self._processes, self._initializer, self._initargs = processes, initializer, initargs
        self._cache = {}
        self._change_notifier = None
        self._taskqueue = _Tasks(self._pool)
        for _ in range(processes):
            self._pool.append(_Worker(lambda worker: _serve_pool(self, worker), daemon=True))
        self._state = module.RUN

    def close(self: Any) -> None:
        if self._state == module.RUN:
            self._state = module.CLOSE
            for worker in self._pool:
                worker.let_go()

    def terminate(self: Any) -> None:
        self._state = module.TERMINATE
        self._taskqueue.clear()
        for worker in self._pool:
            worker.let_go()
            worker.retire()

    def join(self: Any) -> None:
        if self._state == module.RUN:
            raise ValueError("Pool is still running")
        for worker in self._pool:
            if worker.ident is not None:
                worker.join()
            worker.retire()

    for name, method in (("__init__", init), ("close", close), ("terminate", terminate), ("join", join)):
        replace(module.ThreadPool, name, method)
