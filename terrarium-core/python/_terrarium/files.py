"""Files that a program left open: their buffers are written at its end, as at the end of a Python process."""

from __future__ import annotations

from _io import BufferedRandom, BufferedWriter, TextIOWrapper
from gc import collect, disable, enable, get_objects, isenabled
from select import POLLNVAL, poll

from _terrarium.pristine import BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__builtins__ = BUILTINS

# The descriptors to check: the first that a program gets.
_FIRST = range(3, 9)

_inherited: set[int] = set()
# Whether garbage is to be collected again.
_collects = False


def _ask_about_descriptors() -> Any:
    asked = poll()
    for descriptor in _FIRST:
        asked.register(descriptor, 0)
    return asked


# One poll for all of them: it also reports closed descriptors, and open ones at their end.
_asked = _ask_about_descriptors()


def _open_ones() -> set[int]:
    closed = {descriptor for descriptor, event in _asked.poll(0) if event & POLLNVAL}
    return {descriptor for descriptor in _FIRST if descriptor not in closed}


def remember_files() -> None:
    """Take the open files for ones that do not belong to a program. Called by `configure`."""
    _inherited.clear()
    _inherited.update(_open_ones())


def _any_left() -> bool:
    if not _inherited:
        return len(_asked.poll(0)) != len(_FIRST)
    return not _open_ones() <= _inherited


def keep_garbage() -> None:
    """Collect no garbage until `write_back`.

    A collection runs finalizers in any order: a buffer's may close the file below a text layer that still has data.
    """
    global _collects
    if isenabled():
        _collects = True
        disable()


def write_back() -> None:
    """Write the buffers of files, once nothing of the program is needed any more."""
    global _collects
    try:
        if _any_left():
            _flush(get_objects())
            # Finalizers properly end archives and similar objects.
            collect()
            if _any_left():
                _flush(get_objects())
    finally:
        if _collects:
            _collects = False
            enable()


def _flush(found: list[Any]) -> None:
    # Text layers first, because they write into the buffers below them.
    for kinds in ((TextIOWrapper,), (BufferedWriter, BufferedRandom)):
        for file in found:
            if type(file) in kinds:
                try:
                    file.flush()
                except Exception:
                    # The file is closed or detached, or cannot be written.
                    pass
