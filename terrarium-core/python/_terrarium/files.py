"""Files that a program left open: written at its end, as at the end of a Python process."""

from __future__ import annotations

from _io import BufferedRandom, BufferedWriter, TextIOWrapper
from posix import fstat

from _terrarium.pristine import BUILTINS, load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__builtins__ = BUILTINS

# Descriptors that are looked at: the first that a program gets.
_FIRST = range(3, 9)

_inherited: set[int] = set()


def _is_open(descriptor: int) -> bool:
    try:
        fstat(descriptor)
    except OSError:
        return False
    return True


def remember_files() -> None:
    """Take the open files for ones that are no program's. Called at boot."""
    _inherited.clear()
    _inherited.update([descriptor for descriptor in _FIRST if _is_open(descriptor)])


def _any_left() -> bool:
    return any(descriptor not in _inherited and _is_open(descriptor) for descriptor in _FIRST)


def write_back() -> None:
    """Write what is still in the buffers of files, once nothing of the program is needed any more."""
    if not _any_left():
        return
    gc = load("gc")
    # First of all, since the finalizers of garbage come in any order: a buffer's may close the file below a text layer
    # that has more to write.
    _flush(gc.get_objects())
    # Finalizers end archives and the like properly.
    gc.collect()
    if _any_left():
        _flush(gc.get_objects())


def _flush(found: list[Any]) -> None:
    # A text layer first, because it writes into the buffer below it.
    for kinds in ((TextIOWrapper,), (BufferedWriter, BufferedRandom)):
        for file in found:
            if type(file) in kinds:
                try:
                    file.flush()
                except Exception:
                    # It is closed or detached, or cannot be written.
                    pass
