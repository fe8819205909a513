"""The pools of processes and of interpreters: they work like those of threads, on copies."""

from __future__ import annotations

from _terrarium.library.workers import trim
from _terrarium.pristine import BUILTINS, load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

__builtins__ = BUILTINS


def _copy(value: Any) -> Any:
    reduction = load("multiprocessing.reduction")
    return reduction.ForkingPickler.loads(reduction.ForkingPickler.dumps(value))


def _call(function: Any, args: Any, kwargs: Any) -> Any:
    """Call a function with copies of its arguments, and return a copy of its result, as another process would."""
    function, args, kwargs = _copy((function, args, kwargs))
    return _copy(function(*args, **kwargs))


def change_pool(module: Any) -> None:
    """Change `multiprocessing.pool`: a pool of processes works like one of threads, on copies."""

    class Pool(module.ThreadPool):  # type: ignore[misc]
        """
        Class which supports an async version of applying functions to arguments.
        """

        _call = staticmethod(_call)

        def __init__(
            self,
            processes: int | None = None,
            initializer: Any = None,
            initargs: Any = (),
            maxtasksperchild: Any = None,
            context: Any = None,
        ) -> None:
            if maxtasksperchild is not None and (not isinstance(maxtasksperchild, int) or maxtasksperchild <= 0):
                raise ValueError("maxtasksperchild must be a positive int or None")
            super().__init__(processes, initializer, initargs)

        def __reduce__(self) -> NoReturn:
            raise NotImplementedError("pool objects cannot be passed between processes or pickled")

    Pool.__module__, Pool.__qualname__ = module.__name__, "Pool"
    module.Pool = Pool


def change_executor(module: Any) -> None:
    """Change `concurrent.futures.process`: the executor gives its work to one of threads."""
    executor = module.ProcessPoolExecutor
    real = executor.__init__

    def __init__(
        self: Any,
        max_workers: int | None = None,
        mp_context: Any = None,
        initializer: Any = None,
        initargs: Any = (),
        *,
        max_tasks_per_child: int | None = None,
    ) -> None:
        real(self, max_workers, mp_context, initializer, initargs, max_tasks_per_child=max_tasks_per_child)
        threads = load("concurrent.futures.thread")
        self._threads = threads.ThreadPoolExecutor(self._max_workers, initializer=initializer, initargs=initargs)
        # The error of an executor whose initializer failed.
        self._threads.BROKEN = module.BrokenProcessPool

    def submit(self: Any, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
        return self._threads.submit(_submitted, fn, args, kwargs)

    def shutdown(self: Any, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._threads.shutdown(wait, cancel_futures=cancel_futures)

    def _submitted(function: Any, args: Any, kwargs: Any) -> Any:
        try:
            return _call(function, args, kwargs)
        except Exception as error:
            # With the text of the traceback, as from another process.
            trim(error)
            wrapped = module._ExceptionWithTraceback(error, error.__traceback__)
            try:
                raised = _copy(wrapped)
            except Exception:
                raised = error
        raise raised

    for function in (__init__, submit, shutdown):
        function.__module__, function.__qualname__ = module.__name__, f"ProcessPoolExecutor.{function.__name__}"
        function.__doc__ = getattr(executor, function.__name__).__doc__
        setattr(executor, function.__name__, function)
    module._check_system_limits = lambda: None


def change_futures(module: Any) -> None:
    """Change `concurrent.futures`, which has no executor of interpreters where the module of interpreters is absent."""
    real = module.__getattr__
    name = "InterpreterPoolExecutor"

    def __getattr__(attribute: str) -> Any:
        if attribute == name:
            found = getattr(load("concurrent.futures.interpreter"), name)
            setattr(module, name, found)
            return found
        return real(attribute)

    __getattr__.__module__ = module.__name__
    module.__getattr__ = __getattr__
    if name not in module.__all__:
        module.__all__ = type(module.__all__)([*module.__all__, name])


def fill_interpreters(module: Any) -> None:
    """Make `concurrent.futures.interpreter`: the executor of interpreters works like one of threads, on copies."""
    threads = load("concurrent.futures.thread")

    class BrokenInterpreterPool(threads.BrokenThreadPool):  # type: ignore[misc, name-defined]
        """
        Raised when a worker thread in an InterpreterPoolExecutor failed initializing.
        """

    class InterpreterPoolExecutor(threads.ThreadPoolExecutor):  # type: ignore[misc, name-defined]
        BROKEN = BrokenInterpreterPool

        def __init__(
            self,
            max_workers: int | None = None,
            thread_name_prefix: str = "",
            initializer: Any = None,
            initargs: Any = (),
        ) -> None:
            """Initializes a new InterpreterPoolExecutor instance.

            Args:
                max_workers: The maximum number of interpreters that can be used to
                    execute the given calls.
                thread_name_prefix: An optional name prefix to give our threads.
                initializer: A callable or script used to initialize
                    each worker interpreter.
                initargs: A tuple of arguments to pass to the initializer.
            """
            prefix = thread_name_prefix or f"InterpreterPoolExecutor-{self._counter()}"
            super().__init__(max_workers, prefix, initializer, initargs)

        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
            return super().submit(_call, fn, args, kwargs)

    for kind in (BrokenInterpreterPool, InterpreterPoolExecutor):
        kind.__module__, kind.__qualname__ = module.__name__, kind.__name__
        setattr(module, kind.__name__, kind)
