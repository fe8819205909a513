"""What the harness reports with when a program has taken all the memory."""

from __future__ import annotations

from _terrarium.pristine import BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__builtins__ = BUILTINS

# Enough for several arenas of small objects, which is what a report consists of.
_SIZE = 2 << 20

_TRACEBACK: Any = BaseException.__dict__["__traceback__"]


class Reserve:
    """Memory that programs do not get."""

    __slots__ = ("held",)

    def __init__(self) -> None:
        self.held: bytes | None = None

    def fill(self) -> None:
        """Take the memory, if it is not taken and there is enough."""
        if self.held is None:
            try:
                self.held = bytes(_SIZE)
            except MemoryError:
                # A session whose names hold everything.
                pass

    def release(self) -> None:
        """Give the memory to the harness's own work."""
        self.held = None


reserve = Reserve()


def clear_frames(error: BaseException) -> None:
    """Drop the local variables of the functions that an exception left. Finalizers run here."""
    entry = _TRACEBACK.__get__(error)
    while entry is not None:
        try:
            entry.tb_frame.clear()
        except RuntimeError:
            # It still runs: a frame of the harness.
            pass
        entry = entry.tb_next
