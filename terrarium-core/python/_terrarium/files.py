"""Files that a program left open: their buffers are written at its end, as at the end of a Python process."""

from __future__ import annotations

from _io import BufferedRandom, BufferedWriter, TextIOWrapper
from gc import collect, disable, enable, get_objects, isenabled

from _terrarium.pristine import BUILTINS, load
from _terrarium.wire import channel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__builtins__ = BUILTINS

# The request to the host for the number of open descriptors of files that can be written.
_WRITABLE = 0x7408

# Whether garbage is to be collected again.
_collects = False
# Loaded by the first run, after the hooks of its module.
_ioctl: Any = None


def any_left() -> bool:
    """Whether the program has files open that it could write to."""
    global _ioctl
    if _ioctl is None:
        _ioctl = load("fcntl").ioctl
    try:
        return bool(_ioctl(channel.descriptor, _WRITABLE))
    except OSError:
        # There is no channel, and so no program either.
        return False


def keep_garbage() -> None:
    """Collect no garbage until `write_back`.

    A collection runs finalizers in any order: a buffer's may close the file below a text layer that still has data.
    """
    global _collects
    if isenabled():
        _collects = True
        disable()


def write_back() -> None:
    """Finalize garbage and write the buffers of files, once nothing of the program is needed any more."""
    global _collects
    try:
        # Files are no garbage meanwhile: finalizers, such as those of archives, can write to them.
        files = _open_files() if any_left() else []
        collect()
        for file in files:
            try:
                file.flush()
            except Exception:
                # The file is closed or detached, or cannot be written.
                pass
    finally:
        if _collects:
            _collects = False
            enable()


def _open_files() -> list[Any]:
    """Return the files that buffer what is written, text layers first, because they write into the buffers below."""
    found = get_objects()
    kinds = ((TextIOWrapper,), (BufferedWriter, BufferedRandom))
    return [file for part in kinds for file in found if type(file) in part]
