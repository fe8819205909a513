"""Classes for values without a class in Python, and for those of numpy and pandas where these are not installed.

This module is imported when the first such value is converted.
"""

from __future__ import annotations

from dataclasses import dataclass
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

    dtype: str
    """The type of the elements in numpy's words: `float64`."""
    shape: tuple[int, ...]
    """The lengths of its axes."""
    data: Any
    """The elements: little-endian bytes in C order, nested lists, or the repr of an array that was too large."""


@dataclass(frozen=True, slots=True)
class Column:
    """A Series of pandas, where pandas is not installed or cannot hold it."""

    name: Any
    """Its name."""
    dtype: str
    """The type of its values in pandas' words."""
    index: Any
    """The labels of its rows: a list, a range or an array; empty when `data` is a repr."""
    data: Any
    """The values, None for missing ones; or the repr of a Series that was too large."""


@dataclass(frozen=True, slots=True)
class Table:
    """A DataFrame of pandas, where pandas is not installed or cannot hold it."""

    shape: tuple[int, ...]
    """The numbers of rows and columns."""
    dtypes: list[str]
    """The types of the columns in pandas' words."""
    columns: list[Any]
    """The names of the columns; empty when `data` is a repr."""
    index: Any
    """The labels of the rows: a list, a range or an array; empty when `data` is a repr."""
    data: Any
    """A list for each row, None for missing cells; or the repr of a DataFrame that was too large."""
    by_column: bool = False
    """Whether `data` has a list or an array for each column instead, as that of a large table has."""
