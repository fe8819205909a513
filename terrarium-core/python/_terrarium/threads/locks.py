"""The lock of `threading`: its waits let other threads run. Everything else there is built on it."""

from __future__ import annotations

from _thread import TIMEOUT_MAX, allocate_lock

from _terrarium.pristine import BUILTINS
from _terrarium.threads import turns

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

__builtins__ = BUILTINS


_REAL: Any = type(allocate_lock())


class _Kind(type):
    """The type of `Lock`: locks that were made before count as such too."""

    def __instancecheck__(cls, instance: object) -> bool:
        return type.__instancecheck__(cls, instance) or isinstance(instance, _REAL)


class Lock(metaclass=_Kind):
    """A lock with the interface of `_thread.lock`."""

    __slots__ = ("__weakref__", "_try", "locked", "release")

    def __init__(self) -> None:
        real = allocate_lock()
        # The method of the real lock: only waiting differs.
        self._try = real.acquire
        self.release = real.release
        self.locked = real.locked

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """Take the lock; wait for it by default."""
        if timeout != -1 and (not blocking or not 0 <= timeout <= TIMEOUT_MAX):
            # Raises the real lock's error for such a timeout.
            return self._try(blocking, timeout)
        if self._try(False):
            return True
        if not blocking:
            return False
        if not turns.wait(lambda: not self.locked(), None if timeout == -1 else timeout):
            return False
        return self._try(False)

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()

    acquire_lock = acquire

    def release_lock(self) -> None:
        """Release the lock."""
        self.release()

    def locked_lock(self) -> bool:
        """Whether the lock is taken."""
        return self.locked()

    def _at_fork_reinit(self) -> None:
        if self.locked():
            self.release()

    def __repr__(self) -> str:
        return f"<{'locked' if self.locked() else 'unlocked'} _thread.lock object at {id(self):#x}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("cannot pickle '_thread.lock' object")


Lock.__module__ = "_thread"
Lock.__name__ = Lock.__qualname__ = "lock"
