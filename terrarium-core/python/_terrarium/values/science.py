"""The writers of numpy and pandas objects. This module never imports either of them."""

from __future__ import annotations

from sys import modules

from _terrarium.interrupts import state
from _terrarium.pristine import BUILTINS
from _terrarium.values.tables import WRITERS
from _terrarium.values.writer import TooLarge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeAlias

    from _terrarium.values.encode import Encoder

    Write: TypeAlias = Callable[[Encoder, Any], None]

__builtins__ = BUILTINS


# Kinds whose parts are of the same value: without one of them there is no value.
_STRUCTURES = frozenset(("dataframe", "series", "index", "multi_index"))
# Kinds that can be large.
_LARGE = frozenset((*_STRUCTURES, "column", "ndarray"))


def present() -> dict[type, Write]:
    """Return the writers for the classes of the modules that are imported."""
    table: dict[type, Write] = {}
    for module, name, parts_of in WRITERS:
        kind = getattr(modules.get(module), name, None)
        if isinstance(kind, type):
            table[kind] = _writer(parts_of)
    return table


def _writer(parts_of: Callable[[Any], Any]) -> Write:
    def write(encoder: Encoder, value: Any) -> None:
        if encoder.inside:
            _write(encoder, value, parts_of(value))
            return
        try:
            written = parts_of(value)
        except BaseException as error:
            if state.raised or isinstance(error, MemoryError):
                raise
            encoder.opaque(value)
            return
        if written[0] in _LARGE:
            _whole(encoder, value, written)
        else:
            _write(encoder, value, written)

    return write


def _whole(encoder: Encoder, value: Any, written: Any) -> None:
    """Write a value that may be too large, or that has a part without a form, or a substitute for all of it."""
    mark = encoder.begin()
    try:
        _write(encoder, value, written)
    except BaseException as error:
        if state.raised:
            raise
        encoder.undo(mark)
        if isinstance(error, (TooLarge, MemoryError)):
            encoder.truncated(value)
        else:
            encoder.opaque(value)
    else:
        encoder.keep(mark)


def _write(encoder: Encoder, value: Any, written: Any) -> None:
    if len(written) == 1:
        encoder.value(written[0])
        return
    if not encoder.enter(value, 0):
        return
    kind, parts = written
    outer, encoder.inside = encoder.inside, kind in _STRUCTURES
    try:
        encoder.parts(kind, parts)
    finally:
        encoder.inside = outer
    encoder.leave(value)
