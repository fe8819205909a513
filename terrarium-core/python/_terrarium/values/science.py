"""How numpy and pandas objects are written. Neither is ever imported from here."""

from __future__ import annotations

from sys import modules

from _terrarium.pristine import BUILTINS
from _terrarium.values.encode import BLOB
from _terrarium.values.reprs import bounded_repr

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeAlias

    from _terrarium.values.encode import Encoder

    Write: TypeAlias = Callable[[Encoder, Any], None]

__builtins__ = BUILTINS


# Cells up to which a table, or an array that has no plain bytes, is written out; of a larger one go shape and repr.
CELLS = 100_000
_REPR = 4096


def present() -> dict[type, Write]:
    """Return the writers for the classes of the modules that are imported."""
    table: dict[type, Write] = {}
    for module, name, write in _CLASSES:
        kind = getattr(modules.get(module), name, None)
        if isinstance(kind, type):
            table[kind] = write
    return table


def _repr_of(value: Any) -> tuple[str, str]:
    return "repr", bounded_repr(value, _REPR)[0]


def _scalar(encoder: Encoder, value: Any) -> None:
    item = value.item()
    kind = value.dtype.kind
    if kind in "mM":
        encoder.fields("datetime" if kind == "M" else "numpy.timedelta64", (("value", str(value)),))
    elif type(item).__module__ == "builtins" and type(item) is not type(value):
        encoder.value(item)
    else:
        encoder.opaque(value)


def _array(encoder: Encoder, value: Any) -> None:
    numpy = modules["numpy"]
    array = numpy.asarray(value)
    kind = array.dtype.kind
    head = (("dtype", str(array.dtype)), ("shape", list(array.shape)))
    plain = kind in "biufc"
    if not encoder.enter(value, 0):
        return
    if plain and array.nbytes > BLOB and array.nbytes <= encoder.writer.room:
        # Little-endian bytes in C order: a view where the array is that already.
        array = numpy.ascontiguousarray(array, array.dtype.newbyteorder("<"))
        data = array.reshape(-1).view(numpy.uint8)
        number = encoder.writer.blob(memoryview(data), array.nbytes)
        encoder.fields("ndarray", (*head, ("blob", number)))
    elif array.size > CELLS or array.nbytes > encoder.writer.room:
        encoder.fields("ndarray", (*head, _repr_of(value)))
    else:
        if kind in "mM":
            array = array.astype(str)
        encoder.fields("ndarray", (*head, ("items", array.tolist())))
    encoder.leave(value)


def _frame(encoder: Encoder, value: Any) -> None:
    if not encoder.enter(value, 0):
        return
    rows, columns = value.shape
    types = [str(kind) for kind in value.dtypes.tolist()] if columns <= CELLS else []
    head = (("shape", [rows, columns]), ("dtypes", types))
    if max(rows, 1) * max(columns, 1) > CELLS:
        encoder.fields("dataframe", (*head, _repr_of(value)))
    else:
        split = value.to_dict("split")
        parts = ((name, split[name]) for name in ("columns", "index", "data"))
        encoder.fields("dataframe", (*head, *parts))
    encoder.leave(value)


def _series(encoder: Encoder, value: Any) -> None:
    if not encoder.enter(value, 0):
        return
    head = (("name", value.name), ("dtype", str(value.dtype)), ("shape", list(value.shape)))
    if value.size > CELLS:
        encoder.fields("series", (*head, _repr_of(value)))
    else:
        encoder.fields("series", (*head, ("index", value.index.tolist()), ("data", value.tolist())))
    encoder.leave(value)


_CLASSES: tuple[tuple[str, str, Write], ...] = (
    ("numpy", "generic", _scalar),
    ("numpy", "ndarray", _array),
    ("pandas", "DataFrame", _frame),
    ("pandas", "Series", _series),
)
