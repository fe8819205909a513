"""`multiprocessing`: a manager without a server, whose objects are shared by reference."""

from __future__ import annotations

from _terrarium.library.workers import by_reference
from _terrarium.pristine import BUILTINS, load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, NoReturn

__builtins__ = BUILTINS

_NO_SERVER = "the server of a manager cannot be started in this sandbox: use multiprocessing.Manager()"


class Manager:
    """A manager without a server: its objects are shared by reference."""

    def __init__(self, context: Any) -> None:
        self._context = context

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()

    def start(self, initializer: Any = None, initargs: Any = ()) -> None:
        """Do nothing: there is no server to start."""

    def connect(self) -> None:
        """Do nothing: there is no server."""

    def shutdown(self) -> None:
        """Do nothing: there is no server to stop."""

    def join(self, timeout: float | None = None) -> None:
        """Do nothing: there is no server."""

    def __getattr__(self, name: str) -> Any:
        if name in _PROXIES:
            return _PROXIES[name]
        if name in ("Lock", "RLock", "Semaphore", "BoundedSemaphore", "Condition", "Event", "Barrier"):
            return _shared_kind("threading", name)
        if name in ("Queue", "JoinableQueue"):
            return _shared_kind("queue", "Queue")
        if name == "Pool":
            return self._context.Pool
        raise AttributeError(f"this manager has no {name!r}: other objects need a server, which cannot be started")


def _proxy(name: str, bases: tuple[type, ...], members: dict[str, Any]) -> type:
    return type(name, bases, {**members, "__module__": "multiprocessing.managers", "__reduce__": by_reference})


class _Values:
    def _getvalue(self: Any) -> Any:
        return self.copy()


class _Namespace:
    def __init__(self, /, **names: Any) -> None:
        self.__dict__.update(names)

    def __repr__(self) -> str:
        names = [f"{name}={value!r}" for name, value in self.__dict__.items() if not name.startswith("_")]
        return f"Namespace({', '.join(sorted(names))})"


class _Value:
    def __init__(self, typecode: Any, value: Any, lock: bool = True) -> None:
        self._typecode, self.value = typecode, value

    def get(self) -> Any:
        """Return the value."""
        return self.value

    def set(self, value: Any) -> None:
        """Set the value."""
        self.value = value

    def __repr__(self) -> str:
        return f"Value({self._typecode!r}, {self.value!r})"


_PROXIES: dict[str, Any] = {
    "dict": _proxy("DictProxy", (_Values, dict), {}),
    "list": _proxy("ListProxy", (_Values, list), {}),
    "set": _proxy("SetProxy", (_Values, set), {"__hash__": None}),
    "Namespace": _proxy("NamespaceProxy", (_Namespace,), {}),
    "Value": _proxy("ValueProxy", (_Value,), {}),
}


def _array(typecode: str, sequence: Any) -> Any:
    return _proxy("ArrayProxy", (load("array").array,), {})(typecode, sequence)


_PROXIES["Array"] = _array


def _shared_kind(module: str, name: str) -> Callable[..., Any]:
    """Return a constructor of objects of the library that can be shared by reference."""
    kind = getattr(load(module), name)

    def make(*args: Any, **options: Any) -> Any:
        made = kind(*args, **options)
        load("multiprocessing.reduction").register(type(made), by_reference)
        return made

    return make


def change(module: Any) -> None:
    """Change `multiprocessing.managers`: other managers are refused."""

    def start(self: Any, initializer: Any = None, initargs: Any = ()) -> NoReturn:
        raise OSError(_NO_SERVER)

    def connect(self: Any) -> NoReturn:
        raise OSError(_NO_SERVER)

    for function in (start, connect):
        function.__module__, function.__qualname__ = module.__name__, f"BaseManager.{function.__name__}"
        setattr(module.BaseManager, function.__name__, function)
    _change_memory_manager(module)


def _change_memory_manager(module: Any) -> None:
    """Let the manager of shared memory do without a server: it makes the blocks itself, and removes them at its end."""
    memory = load("multiprocessing.shared_memory")
    kind = module.SharedMemoryManager

    def start(self: Any, initializer: Any = None, initargs: Any = ()) -> None:
        if self._state.value != module.State.INITIAL:
            raise load("multiprocessing").ProcessError("Already started server")
        self._blocks = []
        self._state.value = module.State.STARTED
        if initializer is not None:
            initializer(*initargs)

    def shutdown(self: Any) -> None:
        self._state.value = module.State.SHUTDOWN
        for block in self.__dict__.get("_blocks", ()):
            try:
                block.close()
                block.unlink()
            except (BufferError, FileNotFoundError):
                # The program still has a view, or has removed the block.
                pass

    def SharedMemory(self: Any, size: int) -> Any:
        made = memory.SharedMemory(None, create=True, size=size)
        self._blocks.append(made)
        return made

    def ShareableList(self: Any, sequence: Any) -> Any:
        made = memory.ShareableList(sequence)
        self._blocks.append(made.shm)
        return made

    for function in (start, shutdown, SharedMemory, ShareableList):
        name = function.__name__
        function.__module__, function.__qualname__ = module.__name__, f"SharedMemoryManager.{name}"
        function.__doc__ = getattr(getattr(kind, name, None), "__doc__", None)
        setattr(kind, name, function)
