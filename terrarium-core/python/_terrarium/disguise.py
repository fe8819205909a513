"""Replaced functions that look like the originals: name, module, documentation and signature."""

from __future__ import annotations

from _terrarium.pristine import BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeVar

    T = TypeVar("T")

__builtins__ = BUILTINS


def disguise(ours: T, real: Any) -> T:
    """Make a function look like the one that it replaces. `pickle` finds it by its name, `inspect` its signature."""
    # A method of a class keeps no module of its own in C.
    for name in ("__name__", "__qualname__", "__module__", "__doc__"):
        value = getattr(real, name, None)
        if value is not None or name == "__doc__":
            setattr(ours, name, value)
    ours.__annotations__ = {}
    # The source of the signature for `inspect`.
    ours.__wrapped__ = real  # type: ignore[attr-defined]
    return ours
