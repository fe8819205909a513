"""The memory reserve for the harness's report when a program has used all other memory."""

from __future__ import annotations

from _terrarium.pristine import BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__builtins__ = BUILTINS

# Enough for several arenas of small objects, of which a report consists.
_SIZE = 2 << 20

# The report of a program that leaves no memory for another report.
NO_MEMORY: dict[str, Any] = {
    "type": "MemoryError",
    "module": "builtins",
    "message": "",
    "traceback": "MemoryError\n",
    "frames": [],
    **dict.fromkeys(("file", "line", "column", "end_line", "end_column", "source")),
    "incomplete_input": False,
}

_TRACEBACK: Any = BaseException.__dict__["__traceback__"]


class Reserve:
    """Memory that programs do not get."""

    __slots__ = ("held",)

    def __init__(self) -> None:
        self.held: bytes | None = None

    def fill(self) -> None:
        """Allocate the reserve, if it is not allocated and there is enough memory."""
        if self.held is None:
            try:
                self.held = bytes(_SIZE)
            except MemoryError:
                # A session whose names use all the memory.
                pass

    def release(self) -> None:
        """Free the reserve for the harness's own work."""
        self.held = None


reserve = Reserve()


def clear_frames(error: BaseException) -> None:
    """Drop the local variables of the functions that an exception left. Runs finalizers."""
    entry = _TRACEBACK.__get__(error)
    while entry is not None:
        try:
            entry.tb_frame.clear()
        except RuntimeError:
            # The frame is still running: it belongs to the harness.
            pass
        entry = entry.tb_next
