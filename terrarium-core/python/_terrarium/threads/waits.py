"""Waits for descriptors: pipes, sockets and `select` let other threads run, which may be those that write.

Without other threads, the calls are the interpreter's own.
"""

from __future__ import annotations

import io
import os
import select
from stat import S_ISFIFO

from _terrarium.disguise import disguise, replace
from _terrarium.pristine import BUILTINS, load
from _terrarium.threads import turns

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Put = Callable[[Any, str, Any], None]

__builtins__ = BUILTINS

_read: Any = os.read
_write: Any = os.write
_fdopen: Any = os.fdopen
_select: Any = select.select
REAL_POLL: Any = select.poll
_READABLE, _WRITABLE = select.POLLIN | select.POLLPRI, select.POLLOUT
_RECEIVING = ("recv", "recv_into", "recvfrom", "recvfrom_into", "recvmsg", "recvmsg_into")
_SENDING = ("send", "sendto", "sendmsg")
# The modes of a file that is read or written, not both.
_MODES = frozenset(("r", "rt", "rb", "w", "wt", "wb"))


def _is_ready(descriptor: int, events: int) -> bool:
    # An error or the end counts too: the call does not wait.
    poll = REAL_POLL()
    poll.register(descriptor, events)
    return bool(poll.poll(0))


def _await(descriptor: int, events: int, timeout: float | None = None) -> bool:
    """Let other threads run until the descriptor is ready; return False if it is not after `timeout` seconds."""
    if not turns.others() or descriptor < 0 or _is_ready(descriptor, events):
        return True
    return turns.wait(lambda: _is_ready(descriptor, events), timeout)


def read(fd: int, length: int, /) -> bytes:
    if turns.others() and os.get_blocking(fd):
        _await(fd, _READABLE)
    content: bytes = _read(fd, length)
    return content


def write(fd: int, data: Any, /) -> int:
    if turns.others() and os.get_blocking(fd):
        _await(fd, _WRITABLE)
    written: int = _write(fd, data)
    return written


class _PipeFile(io.FileIO):
    """The raw file of one end of a pipe."""

    def readinto(self, buffer: Any) -> int | None:
        """Read into a buffer."""
        self._await(_READABLE)
        return super().readinto(buffer)

    def read(self, size: int | None = -1) -> bytes | Any:
        """Read up to `size` bytes."""
        if size is None or size < 0:
            return self.readall()
        self._await(_READABLE)
        return super().read(size)

    def readall(self) -> bytes:
        """Read to the end."""
        pieces = []
        while piece := self.read(io.DEFAULT_BUFFER_SIZE):
            pieces.append(piece)
        return b"".join(pieces)

    def write(self, data: Any) -> int | Any:
        """Write a part of the data."""
        self._await(_WRITABLE)
        return super().write(data)

    def _await(self, events: int) -> None:
        if turns.others() and os.get_blocking(self.fileno()):
            _await(self.fileno(), events)


_PipeFile.__name__ = _PipeFile.__qualname__ = "FileIO"
_PipeFile.__module__ = "_io"


def fdopen(  # noqa: PLR0917, the places of the original
    fd: int,
    mode: str = "r",
    buffering: int = -1,
    encoding: str | None = None,
    errors: str | None = None,
    newline: str | None = None,
    closefd: bool = True,
    *rest: Any,
) -> Any:
    is_pipe = isinstance(fd, int) and mode in _MODES and not rest and (buffering or "b" in mode)
    if not is_pipe or not S_ISFIFO(os.fstat(fd).st_mode):
        return _fdopen(fd, mode, buffering, encoding, errors, newline, closefd, *rest)
    raw = _PipeFile(fd, mode[0], closefd)
    if buffering == 0:
        return raw
    size = buffering if buffering > 1 else io.DEFAULT_BUFFER_SIZE
    buffer: Any = io.BufferedReader(raw, size) if mode[0] == "r" else io.BufferedWriter(raw, size)
    if "b" in mode:
        return buffer
    text = io.TextIOWrapper(buffer, encoding, errors, newline, line_buffering=buffering == 1)
    text.mode = mode  # type: ignore[misc]
    return text


def change_os(put: Put) -> None:
    """Change `os`, and `posix`, where its functions come from."""
    for place in (load("posix"), os):
        put(place, "read", read)
        put(place, "write", write)
    put(os, "fdopen", fdopen)


def _select_patiently(rlist: Any, wlist: Any, xlist: Any, timeout: float | None = None, /) -> Any:
    if timeout == 0 or not turns.others():
        return _select(rlist, wlist, xlist, timeout)
    lists = tuple(rlist), tuple(wlist), tuple(xlist)
    found = _select(*lists, 0)
    if not any(found) and not (timeout is not None and timeout < 0):
        turns.wait(lambda: any(_select(*lists, 0)), timeout)
        return _select(*lists, 0)
    return found if any(found) else _select(*lists, timeout)


class Poll:
    """The object of `select.poll`."""

    def __init__(self) -> None:
        real = REAL_POLL()
        self._real = real
        self.register, self.unregister, self.modify = real.register, real.unregister, real.modify

    def poll(self, timeout: float | None = None, /) -> Any:
        """Wait until a registered descriptor is ready."""
        found = self._real.poll(0)
        if found or timeout == 0:
            return found
        if not turns.others():
            return self._real.poll(timeout)
        seconds = None if timeout is None or timeout < 0 else timeout / 1000
        turns.wait(lambda: bool(self._real.poll(0)), seconds)
        return self._real.poll(0)


Poll.__module__, Poll.__name__, Poll.__qualname__ = "select", "poll", "poll"


def poll() -> Poll:
    return Poll()


_select_patiently.__name__ = "select"


def change_select(module: Any) -> None:
    """Change `select`."""
    replace(module, _select_patiently)
    replace(module, poll)


def change_sockets(module: Any) -> None:
    """Change the methods of sockets that wait."""
    kind = module.socket
    for names, events in ((_RECEIVING, _READABLE), (_SENDING, _WRITABLE)):
        for name in names:
            setattr(kind, name, _patient(getattr(kind, name), events))
    real = kind.sendall

    def sendall(self: Any, data: Any, flags: int = 0, /) -> None:
        if not turns.others() or self.gettimeout() == 0:
            real(self, data, flags)
            return
        view = memoryview(data).cast("B")
        while view:
            view = view[self.send(view, flags) :]

    kind.sendall = disguise(sendall, real)


def _patient(real: Any, events: int) -> Any:
    def method(self: Any, *args: Any, **named: Any) -> Any:
        if turns.others():
            timeout = self.gettimeout()
            if timeout != 0 and not _await(self.fileno(), events, timeout):
                raise TimeoutError("timed out")
        return real(self, *args, **named)

    return disguise(method, real)
