"""`multiprocessing`: pipes and queues in memory, since the descriptor of a pipe cannot wait, and shared values."""

from __future__ import annotations

import io
import threading
from collections import deque
from errno import EPIPE
from os import strerror

from _terrarium.library.workers import by_reference, if_spawning, pids, shared
from _terrarium.pristine import BUILTINS, load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__builtins__ = BUILTINS


class _Buffer:
    """The messages on their way from one end of a pipe to the other. Each end may be there several times."""

    def __init__(self) -> None:
        self.messages: deque[bytes] = deque()
        self.condition = threading.Condition(threading.Lock())
        self.readers = self.writers = 0


class _End:
    """The methods of a connection over buffers in memory."""

    def _open(self, incoming: _Buffer | None, outgoing: _Buffer | None) -> None:
        self._incoming, self._outgoing = incoming, outgoing
        self._count(1)

    def _close(self) -> None:
        self._count(-1)

    def _count(self, change: int) -> None:
        if self._incoming is not None:
            self._incoming.readers += change
        if self._outgoing is not None:
            self._outgoing.writers += change

    def __reduce__(self) -> Any:
        ends = [None if buffer is None else by_reference(buffer)[1][0] for buffer in (self._incoming, self._outgoing)]
        return _reopen, tuple(ends)

    def _send_bytes(self, message: Any) -> None:
        buffer = self._outgoing
        assert buffer is not None
        if not buffer.readers:
            raise BrokenPipeError(EPIPE, strerror(EPIPE))
        with buffer.condition:
            buffer.messages.append(bytes(message))
            buffer.condition.notify_all()

    def _recv_bytes(self, maxsize: int | None = None) -> Any:
        self._await(None)
        buffer = self._incoming
        assert buffer is not None
        if not buffer.messages:
            raise EOFError
        if maxsize is not None and len(buffer.messages[0]) > maxsize:
            return None
        return io.BytesIO(buffer.messages.popleft())

    def _poll(self, timeout: float | None) -> bool:
        return self._await(timeout)

    def _await(self, timeout: float | None) -> bool:
        buffer = self._incoming
        assert buffer is not None
        with buffer.condition:
            return buffer.condition.wait_for(lambda: bool(buffer.messages or not buffer.writers), timeout)


def change_connections(module: Any) -> None:
    """Change `multiprocessing.connection`: pipes are in memory, since the descriptor of a pipe cannot wait."""
    base = module._ConnectionBase

    class Connection(_End, base):  # type: ignore[misc, valid-type]
        """
        Connection class based on an arbitrary file descriptor (Unix only), or
        a socket handle (Windows).
        """

        def __init__(self, incoming: _Buffer | None, outgoing: _Buffer | None) -> None:
            super().__init__(next(pids), incoming is not None, outgoing is not None)
            self._open(incoming, outgoing)

    def Pipe(duplex: bool = True) -> tuple[Any, Any]:
        """
        Returns pair of connection objects at either end of a pipe
        """
        there, back = _Buffer(), _Buffer()
        if duplex:
            return Connection(there, back), Connection(back, there)
        return Connection(there, None), Connection(None, there)

    def wait(object_list: Any, timeout: float | None = None) -> list[Any]:
        """
        Wait till an object in object_list is ready/readable.

        Returns list of those objects in object_list which are ready/readable.
        """
        turns = load("_terrarium.threads.turns")
        objects = list(object_list)

        def ready() -> list[Any]:
            return [item for item in objects if _is_ready(item)]

        turns.wait(lambda: bool(ready()), timeout)
        return ready()

    Connection.__module__, Connection.__qualname__ = module.__name__, "Connection"
    for function in (Pipe, wait):
        function.__module__, function.__qualname__ = module.__name__, function.__name__
    module.Connection, module.Pipe, module.wait = Connection, Pipe, wait


def _reopen(incoming: int | None, outgoing: int | None) -> Any:
    ends = [None if key is None else shared(key) for key in (incoming, outgoing)]
    return load("multiprocessing.connection").Connection(*ends)


def _is_ready(item: Any) -> bool:
    if isinstance(item, int):
        # The sentinel of a process.
        children = load("multiprocessing.process")._children
        return not any(child._popen.sentinel == item and child._popen.returncode is None for child in list(children))
    return item.poll(0) if hasattr(item, "poll") else True


def change_queues(module: Any) -> None:
    """Change `multiprocessing.queues`: an item is in the queue when `put` returns, without a thread that feeds it."""
    reduction, full = load("multiprocessing.reduction"), load("queue").Full

    def put(self: Any, obj: Any, block: bool = True, timeout: float | None = None) -> None:
        if self._closed:
            raise ValueError(f"Queue {self!r} is closed")
        # No other process can take an item before this one waits: a bound that holds could not be met.
        must_exceed = block and _must_exceed()
        if not self._sem.acquire(block and not must_exceed, timeout):
            if not must_exceed:
                raise full
            self._sem._semlock.is_lenient = True
        self._writer.send_bytes(reduction.ForkingPickler.dumps(obj))

    def joinable_put(self: Any, obj: Any, block: bool = True, timeout: float | None = None) -> None:
        put(self, obj, block, timeout)
        self._unfinished_tasks.release()

    module.Queue.put, module.JoinableQueue.put = put, joinable_put
    for function in (put, joinable_put):
        function.__module__, function.__name__ = module.__name__, "put"
    module.Queue.qsize = lambda self: len(self._reader._incoming.messages)


def _must_exceed() -> bool:
    turns = load("_terrarium.threads.turns")
    return bool(turns.others())


def change_heap(module: Any) -> None:
    """Change `multiprocessing.heap`: the memory of shared values is that of the program, shared by reference."""

    class Arena:
        """A shared memory area that is backed by the program's memory."""

        def __init__(self, size: int, fd: int = -1) -> None:
            self.size, self.fd = size, fd
            self.buffer = bytearray(size)

    Arena.__module__, Arena.__qualname__ = module.__name__, "Arena"
    module.Arena = Arena
    load("multiprocessing.reduction").register(Arena, if_spawning)
