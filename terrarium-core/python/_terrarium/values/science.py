"""The writers of numpy and pandas objects. This module never imports either of them."""

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


# The most cells of a table, or of an array without plain bytes, that are written out. A larger table is written by
# columns if they have plain bytes; for any other larger object, shape and repr are written.
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
    if kind == "M" and not modules["numpy"].isnat(value):
        encoder.fields("datetime", (("value", str(value)),))
    elif kind == "m":
        exact = _duration(value)
        if exact is None:
            encoder.opaque(value)
        else:
            encoder.value(exact)
    elif type(item).__module__ == "builtins" and type(item) is not type(value) and item is not None:
        encoder.value(item)
    else:
        encoder.opaque(value)


def _timedelta(encoder: Encoder, value: Any) -> None:
    if value.nanoseconds:
        encoder.opaque(value)
    else:
        encoder.value(value.to_pytimedelta())


def _duration(value: Any) -> Any:
    """Return a duration as Python's own, or None when Python's class cannot represent it: months, nanoseconds, NaT."""
    numpy = modules["numpy"]
    if not numpy.isnat(value) and numpy.datetime_data(value.dtype)[0] not in ("Y", "M", "generic"):
        rounded = value.astype("m8[us]")
        item = rounded.item()
        if rounded == value and type(item).__name__ == "timedelta":
            return item
    return None


def _array(encoder: Encoder, value: Any) -> None:
    numpy = modules["numpy"]
    masked = numpy.ma.isMaskedArray(value)
    array = value if masked else numpy.asarray(value)
    kind = array.dtype.kind
    head = (("dtype", str(array.dtype)), ("shape", list(array.shape)))
    # The widest floats differ between machines.
    plain = kind in "biufc" and array.dtype.char not in "gG" and not masked
    if not encoder.enter(value, 0):
        return
    if plain and array.nbytes > BLOB and array.nbytes <= encoder.writer.room:
        # Little-endian bytes in C order: a view where the array already has this form.
        array = numpy.ascontiguousarray(array, array.dtype.newbyteorder("<"))
        data = array.reshape(-1).view(numpy.uint8)
        number = encoder.writer.blob(memoryview(data), array.nbytes)
        encoder.fields("ndarray", (*head, ("blob", number)))
    elif array.size > CELLS or array.nbytes > encoder.writer.room:
        encoder.fields("ndarray", (*head, _repr_of(value)))
    else:
        if kind == "M":
            array = array.astype(str)
        elif kind == "m":
            missing = numpy.isnat(array)
            array = array.astype("i8")
            if missing.any():
                array = numpy.where(missing, None, array)
        encoder.fields("ndarray", (*head, ("items", array.tolist())))
    encoder.leave(value)


def _cells(column: Any) -> Any:
    """Return the values of a column or index as a list, with None for missing ones (NA, NaT)."""
    cells = column.tolist()
    if getattr(column.dtype, "kind", "O") not in "biufc" or type(column.dtype).__module__.startswith("pandas"):
        pandas = modules["pandas"]
        gone = (pandas.NA, pandas.NaT)
        return [None if cell is gone[0] or cell is gone[1] else cell for cell in cells]
    return cells


def _is_plain(column: Any) -> bool:
    """Return whether the cells of a column or index are numpy numbers, whose bytes can be sent."""
    kind = column.dtype
    return type(kind).__module__.startswith("numpy") and kind.kind in "biufc" and kind.char not in "gG"


def _labels(index: Any) -> Any:
    """Return the labels of a large table's rows: a range, an array or a list."""
    pandas = modules["pandas"]
    if type(index) is pandas.RangeIndex:
        return range(index.start, index.stop, index.step)
    return index.to_numpy() if _is_plain(index) else _cells(index)


def _fits_as_columns(encoder: Encoder, columns: list[Any]) -> bool:
    """Return whether a large table can be written by columns: few cells that are not plain, and room for the others."""
    plain = sum(column.nbytes for column in columns if _is_plain(column))
    others = sum(column.size for column in columns if not _is_plain(column) and not _is_range(column))
    fits: bool = others <= CELLS and plain <= encoder.writer.room
    return fits


def _is_range(column: Any) -> bool:
    is_range: bool = type(column) is modules["pandas"].RangeIndex
    return is_range


def _frame(encoder: Encoder, value: Any) -> None:
    if not encoder.enter(value, 0):
        return
    rows, columns = value.shape
    types = [str(kind) for kind in value.dtypes.tolist()] if columns <= CELLS else []
    head = (("shape", [rows, columns]), ("dtypes", types))
    if max(rows, 1) * max(columns, 1) > CELLS:
        each = [value.iloc[:, number] for number in range(columns)] if columns <= CELLS else []
        if each and _fits_as_columns(encoder, [*each, value.index]):
            # The cells of plain columns are sent as arrays, which needs no copy for large ones.
            sent = [column.to_numpy() if _is_plain(column) else _cells(column) for column in each]
            names = (("columns", _cells(value.columns)), ("index", _labels(value.index)), ("column_data", sent))
            encoder.fields("dataframe", (*head, *names))
        else:
            encoder.fields("dataframe", (*head, _repr_of(value)))
    else:
        # By position, because names may occur twice.
        data = [_cells(value.iloc[:, number]) for number in range(columns)]
        lines = [list(line) for line in zip(*data, strict=True)] if columns else [[] for _ in range(rows)]
        parts = (("columns", _cells(value.columns)), ("index", _cells(value.index)), ("data", lines))
        encoder.fields("dataframe", (*head, *parts))
    encoder.leave(value)


def _series(encoder: Encoder, value: Any) -> None:
    if not encoder.enter(value, 0):
        return
    head = (("name", value.name), ("dtype", str(value.dtype)), ("shape", list(value.shape)))
    if value.size > CELLS:
        if _is_plain(value) and _fits_as_columns(encoder, [value, value.index]):
            encoder.fields("series", (*head, ("index", _labels(value.index)), ("data", value.to_numpy())))
        else:
            encoder.fields("series", (*head, _repr_of(value)))
    else:
        encoder.fields("series", (*head, ("index", _cells(value.index)), ("data", _cells(value))))
    encoder.leave(value)


_CLASSES: tuple[tuple[str, str, Write], ...] = (
    ("numpy", "generic", _scalar),
    ("numpy", "ndarray", _array),
    ("pandas", "Timedelta", _timedelta),
    ("pandas", "DataFrame", _frame),
    ("pandas", "Series", _series),
)
