"""The least size of a written value, with repeated parts counted each time."""

from __future__ import annotations

from _terrarium.pristine import BUILTINS
from _terrarium.values.writer import ITEM

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__builtins__ = BUILTINS

_SEQUENCES = frozenset((list, tuple, set, frozenset))
_CONTAINERS = frozenset((*_SEQUENCES, dict))
# Bytes of the substitute for a container that is nested too deep.
_STAND_IN = 40
# Containers to visit before the estimate is given up.
_PATIENCE = 50_000


class _GaveUp(Exception):
    """The value has cycles, or too many parts for an estimate."""


class _Measure:
    def __init__(self, depth: int) -> None:
        self._depth = depth
        self._known: dict[tuple[int, int], int] = {}
        self._active: set[int] = set()

    def size(self, value: Any, depth: int = 0) -> int:
        """Return the least size of a container."""
        if depth >= self._depth:
            return _STAND_IN
        key = (id(value), depth)
        known = self._known.get(key)
        if known is not None:
            return known
        if key[0] in self._active or len(self._known) > _PATIENCE:
            raise _GaveUp
        self._active.add(key[0])
        total = 1 + (2 + ITEM) * len(value)
        parts = value.values() if type(value) is dict else value
        if not _CONTAINERS.isdisjoint(map(type, parts)):
            for part in parts:
                if type(part) in _CONTAINERS:
                    total += self.size(part, depth + 1)
        self._active.discard(key[0])
        self._known[key] = total
        return total


def least_size(value: object, depth: int) -> int:
    """Return a lower bound for the size in bytes of a value, with `depth` levels written; 0 if none is known."""
    if type(value) not in _CONTAINERS:
        return 0
    try:
        return _Measure(depth).size(value)
    except _GaveUp:
        return 0
