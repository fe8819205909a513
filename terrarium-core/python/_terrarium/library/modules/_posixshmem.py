"""Shared memory: files in a folder that is not among the results. Its mappings share their pages with one another."""

import errno
import os

_FOLDER = "/tmp/.shm"


def _place(path):
    if not isinstance(path, str):
        raise TypeError(f"shm_open() argument 'path' must be str, not {type(path).__name__}")
    name = path.removeprefix("/")
    if not name or "/" in name or name in (".", ".."):
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), path)
    if "\0" in name:
        raise ValueError("embedded null character")
    return f"{_FOLDER}/{name}"


def shm_open(path, flags, mode=511):
    """Open a shared memory object.  Returns a file descriptor (integer)."""
    place = _place(path)
    os.makedirs(_FOLDER, exist_ok=True)
    try:
        return os.open(place, flags, mode)
    except OSError as error:
        raise type(error)(error.errno, error.strerror, path) from None


def shm_unlink(path):
    """Remove a shared memory object (similar to unlink())."""
    try:
        os.unlink(_place(path))
    except OSError as error:
        raise type(error)(error.errno, error.strerror, path) from None
