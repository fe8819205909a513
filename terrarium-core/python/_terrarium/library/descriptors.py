"""`os`: functions on files and descriptors that the guest's build lacks, made of those that it has."""

from __future__ import annotations

import errno
import os
import posix
import sys
from fcntl import F_SETFD, FD_CLOEXEC, LOCK_NB, fcntl, ioctl

from _terrarium.disguise import replace
from _terrarium.pristine import BUILTINS
from _terrarium.threads import turns
from _terrarium.wire import channel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__builtins__ = BUILTINS

# The requests to the host that give a file another name and lock one, and the value of a folder that stands for the
# present one.
_LINK = 0x7406
_LOCK = 0x7407
_HERE = -100
# The bytes that are copied at a time.
_PIECE = 1 << 18


def _error(number: int) -> OSError:
    return OSError(number, os.strerror(number))


def link(
    src: Any,
    dst: Any,
    *,
    src_dir_fd: int | None = None,
    dst_dir_fd: int | None = None,
    follow_symlinks: bool = True,
) -> None:
    """Create a hard link to a file."""
    old, new = os.fsencode(src), os.fsencode(dst)
    if b"\0" in old + new:
        raise ValueError("embedded null byte")
    folders = [_HERE if folder is None else folder for folder in (src_dir_fd, dst_dir_fd)]
    numbers = [number.to_bytes(4, "little", signed=True) for number in (int(follow_symlinks), *folders)]
    try:
        ioctl(channel.descriptor, _LINK, bytearray(b"".join([*numbers, old, b"\0", new, b"\0"])), True)
    except OSError as error:
        number = error.errno or errno.EIO
    else:
        return
    raise OSError(number, os.strerror(number), src, None, dst)


def _copy(read: Any, write: Any, count: int) -> int:
    """Copy up to `count` bytes; stop at the end of the file, or when the target takes no more."""
    done = 0
    while done < count:
        piece = read(min(count - done, _PIECE), done)
        if not piece:
            break
        try:
            written = write(piece, done)
        except OSError:
            if done:
                break
            raise
        done += written
        if written < len(piece):
            break
    return done


def _reader(source: int, offset: int | None) -> Any:
    if offset is None:
        return lambda size, _: os.read(source, size)
    return lambda size, done: os.pread(source, size, offset + done)


def copy_file_range(
    src: int, dst: int, count: int, offset_src: int | None = None, offset_dst: int | None = None
) -> int:
    """Copy count bytes from one file descriptor to another."""
    if count < 0:
        raise ValueError("negative value for 'count' not allowed")

    def write(piece: bytes, done: int) -> int:
        return os.write(dst, piece) if offset_dst is None else os.pwrite(dst, piece, offset_dst + done)

    return _copy(_reader(src, offset_src), write, count)


def posix_fallocate(fd: int, offset: int, length: int, /) -> None:
    """Ensure a file has allocated at least a particular number of bytes on disk."""
    if offset < 0 or length <= 0:
        raise _error(errno.EINVAL)
    if os.fstat(fd).st_size < offset + length:
        os.ftruncate(fd, offset + length)


def preadv(fd: int, buffers: Any, offset: int, flags: int = 0, /) -> int:
    """Reads from a file descriptor into a number of mutable bytes-like objects."""
    done = 0
    for buffer in buffers:
        view = memoryview(buffer).cast("B")
        piece = os.pread(fd, len(view), offset + done)
        view[: len(piece)] = piece
        done += len(piece)
        if len(piece) < len(view):
            break
    return done


def pwritev(fd: int, buffers: Any, offset: int, flags: int = 0, /) -> int:
    """Writes the contents of bytes-like objects to a file descriptor at a given offset."""
    return os.pwrite(fd, b"".join(buffers), offset)


_pipe: Any = posix.pipe


def set_inheritable(fd: int, inheritable: int, /) -> None:
    # The C library takes the request by which the interpreter does this, and does nothing.
    fcntl(fd, F_SETFD, 0 if inheritable else FD_CLOEXEC)


def pipe() -> tuple[int, int]:
    ends: tuple[int, int] = _pipe()
    for end in ends:
        set_inheritable(end, False)
    return ends


def pipe2(flags: int, /) -> tuple[int, int]:
    """Create a pipe with flags set atomically."""
    if not -(2**31) <= flags < 2**31:
        raise OverflowError("signed integer is greater than maximum")
    if flags & ~(os.O_NONBLOCK | os.O_CLOEXEC):
        raise _error(errno.EINVAL)
    ends = pipe()
    for end in ends:
        set_inheritable(end, not flags & os.O_CLOEXEC)
        os.set_blocking(end, not flags & os.O_NONBLOCK)
    return ends


def lchown(path: Any, uid: int, gid: int) -> None:
    """Change the owner and group id of path to the numeric uid and gid."""
    os.chown(path, uid, gid, follow_symlinks=False)


def _try_lock(descriptor: int, operation: int) -> OSError | None:
    request = descriptor.to_bytes(4, "little", signed=True) + operation.to_bytes(4, "little", signed=True)
    try:
        ioctl(channel.descriptor, _LOCK, bytearray(request), True)
    except OSError as error:
        return error
    return None


def flock(fd: Any, operation: int, /) -> None:
    descriptor = _descriptor_of(fd)
    if not -(2**31) <= operation < 2**31:
        raise OverflowError("signed integer is greater than maximum")
    sys.audit("fcntl.flock", descriptor, operation)
    error = _try_lock(descriptor, operation)
    if error is not None and error.errno == errno.EAGAIN and not operation & LOCK_NB:
        turns.wait(lambda: _try_lock(descriptor, operation) is None)
    elif error is not None:
        raise _error(error.errno or errno.EIO) from None


def _descriptor_of(file: Any) -> int:
    number = file
    if not isinstance(file, int):
        fileno = getattr(file, "fileno", None)
        if fileno is None:
            raise TypeError("argument must be an int, or have a fileno() method.")
        number = fileno()
        if not isinstance(number, int):
            raise TypeError("fileno() returned a non-integer")
    if number < 0:
        raise ValueError(f"file descriptor cannot be a negative integer ({number})")
    return int(number)


def change_locks(module: Any) -> None:
    """Change `fcntl`, whose locks of whole files the C library takes for granted."""
    replace(module, flock)


FUNCTIONS = (*(link, copy_file_range, posix_fallocate, preadv, pwritev, pipe, pipe2, lchown, set_inheritable),)
