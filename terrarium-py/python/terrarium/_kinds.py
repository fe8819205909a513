"""Classes for values without a class in Python, and for those of numpy and pandas where these are not installed.

This module is imported when the first such value is converted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


class Tagged:
    r"""A value as a kind and its parts: a dataclass, an enum, or a value that could not be converted whole.

    As an input, it is the same value in the guest, as far as the guest can make it: an enum becomes its value, a
    dataclass a namespace. Kinds besides `dataclass` and `enum`: `cycle` (a container inside itself), `truncated`
    (larger than the option `value_bytes`), and `set` or `dict` with items that are not hashable here.

    >>> code = "from dataclasses import dataclass\n@dataclass\nclass P: x: int\nP(1)"
    >>> terrarium.Sandbox().execute(code).final_expression
    Tagged('dataclass', {'fields': {'x': 1}, 'name': 'P'})
    """

    __slots__ = ("fields", "kind")

    kind: str
    """The kind."""
    fields: dict[str, Any]
    """Its parts by name."""

    def __init__(self, kind: str, fields: dict[str, Any]) -> None:
        """Make a tagged value; the parts are kept, not copied."""
        self.kind = kind
        self.fields = fields

    def __getitem__(self, name: str) -> Any:
        """Return one of the parts."""
        return self.fields[name]

    def __eq__(self, other: object) -> bool:
        """Compare kind and parts."""
        if not isinstance(other, Tagged):
            return NotImplemented
        return self.kind == other.kind and self.fields == other.fields

    def __hash__(self) -> int:
        """Hash the names only, because the parts may be unhashable."""
        return hash((self.kind, tuple(sorted(self.fields))))

    def __repr__(self) -> str:
        """Return the expression that makes the value."""
        return f"Tagged({self.kind!r}, {self.fields!r})"


@dataclass(frozen=True, slots=True)
class Opaque:
    """A value of the guest without a form outside it. It cannot be an input.

    >>> terrarium.Sandbox().execute("object").final_expression
    Opaque(class_name='builtins.type', repr="<class 'object'>")
    """

    class_name: str
    """The class, with its module."""
    repr: str
    """Its `repr()` in the guest, cut at a bound."""


@dataclass(frozen=True, slots=True)
class Array:
    """An array of numpy, where numpy is not installed or cannot hold it."""

    dtype: Any
    """The type of the elements in numpy's words: `float64`; the names and formats of a structured type."""
    shape: tuple[int, ...]
    """The lengths of its axes."""
    data: Any
    """The elements: little-endian bytes in C order, or nested lists."""
    others: dict[str, Any] = field(default_factory=dict)
    """Other parts, such as the `mask` of a masked array."""

    def _tagged(self) -> Tagged:
        data = "data" if isinstance(self.data, (bytes, bytearray)) else "items"
        return Tagged("ndarray", {"dtype": self.dtype, "shape": list(self.shape), data: self.data, **self.others})


@dataclass(frozen=True, slots=True)
class Column:
    """Values of one type, a column or an array of pandas, where pandas is not installed or cannot hold it."""

    dtype: str
    """The type of the values in pandas' words."""
    parts: dict[str, Any]
    """The values: a list (`values`), buffers in the layout of Arrow (`length`, `data`, `offsets`, `validity`), or the
    parts of a categorical, of intervals or of a sparse column."""

    def __len__(self) -> int:
        """Return the number of values."""
        for name in ("values", "codes", "left"):
            if name in self.parts:
                return len(self.parts[name])
        length: int = self.parts["length"]
        return length

    def tolist(self) -> list[Any]:
        """Return the values, None for missing ones.

        Dates are ISO 8601 in a short column. In a long one, dates, durations and periods are counts of their unit.
        """
        from terrarium._buffers import values_of

        return values_of(self)

    def _tagged(self) -> Tagged:
        return Tagged("column", {"dtype": self.dtype, **self.parts})


@dataclass(frozen=True, slots=True)
class Index:
    """The labels of rows or columns, where pandas is not installed or cannot hold them."""

    names: list[Any]
    """The name of each level, or None."""
    parts: dict[str, Any]
    """The labels: `values`, a range or a column, and a `freq`; or the `levels` and `codes` of several levels."""

    def __len__(self) -> int:
        """Return the number of labels."""
        return len(self.parts["codes"][0] if "levels" in self.parts else self.parts["values"])

    def tolist(self) -> list[Any]:
        """Return the labels, which are tuples if there are several levels."""
        from terrarium._buffers import labels_of

        return labels_of(self)

    def _tagged(self) -> Tagged:
        if "levels" in self.parts:
            return Tagged("multi_index", {"names": self.names, **self.parts})
        return Tagged("index", {"name": self.names[0], **self.parts})


@dataclass(frozen=True, slots=True)
class Series:
    """A Series of pandas, where pandas is not installed or cannot hold it."""

    name: Any
    """Its name."""
    index: Any
    """The labels of its values."""
    values: Any
    """The values: a `Column`, or an array of pandas."""
    others: dict[str, Any] = field(default_factory=dict)
    """Other parts, such as `attrs`."""

    def _tagged(self) -> Tagged:
        return Tagged("series", {"name": self.name, "index": self.index, "values": self.values, **self.others})


@dataclass(frozen=True, slots=True)
class Table:
    """A DataFrame of pandas, where pandas is not installed or cannot hold it."""

    shape: tuple[int, ...]
    """The numbers of rows and columns."""
    columns: Any
    """The labels of the columns: an `Index`, or that of pandas."""
    index: Any
    """The labels of the rows."""
    data: list[Any]
    """The columns: a `Column` or an array of pandas each."""
    others: dict[str, Any] = field(default_factory=dict)
    """Other parts, such as `attrs`."""

    def rows(self) -> list[tuple[Any, ...]]:
        """Return the values by rows."""
        return list(zip(*(column.tolist() for column in self.data), strict=True))

    def _tagged(self) -> Tagged:
        parts = {"columns": self.columns, "index": self.index, "data": self.data}
        return Tagged("dataframe", {"shape": list(self.shape), **parts, **self.others})
