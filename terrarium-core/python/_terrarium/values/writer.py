"""Collects the JSON text of the values of one call, and the blobs it refers to, under one bound."""

from __future__ import annotations

from _terrarium.pristine import BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__builtins__ = BUILTINS


# The number of characters that are collected before they are encoded.
_PIECE = 1 << 16
# The size of a value besides its text: its place in the host's memory. A value with named parts has more.
ITEM = 16
PARTS = 240


class TooLarge(Exception):
    """The values of this call need more bytes than the host accepts."""


class Mark:
    """A place in what was written: the whole pieces and blobs before it, and the collected texts after those."""

    __slots__ = ("blobs", "pieces", "size", "texts", "used", "weight")

    def __init__(self, pieces: int, blobs: int, used: int, texts: int, size: int) -> None:
        self.pieces = pieces
        self.blobs = blobs
        self.used = used
        self.texts = texts
        self.size = size
        self.weight = 0


class Writer:
    """Text in pieces and blobs by number. `rewind` undoes a value that was begun at a mark; `keep` drops the mark."""

    __slots__ = ("_limit", "_marks", "_size", "_text", "_used", "_weight", "blobs", "pieces")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._used = 0
        self._weight = 0
        self._text: list[str] = []
        self._size = 0
        # The open marks, the outermost first.
        self._marks: list[Mark] = []
        self.pieces: list[bytes] = []
        self.blobs: list[Any] = []

    @property
    def room(self) -> int:
        """The bytes that are left, without collected text beyond ASCII."""
        return self._limit - self._used - self._size - self._weight

    def weigh(self, size: int) -> None:
        """Count what values take besides their text."""
        self._weight += size
        if self._weight > self._limit:
            raise TooLarge

    def text(self, text: str) -> None:
        """Add text that UTF-8 can encode."""
        self._text.append(text)
        self._size += len(text)
        if self._size > _PIECE:
            self.flush()

    def free(self, text: str) -> None:
        """Add text that the bound does not count: text around values, or the substitute for one that was too large."""
        self._limit += len(text.encode())
        self.text(text)

    def flush(self) -> None:
        """Encode the collected text, in pieces that end at the marks."""
        if self._used + self._size + self._weight > self._limit:
            raise TooLarge
        texts, start = self._text, 0
        self._text = []
        self._size = 0
        for mark in self._marks:
            if mark.texts:
                self._add_piece(texts[start : mark.texts])
                start = mark.texts
                mark.texts = mark.size = 0
                mark.pieces, mark.used = len(self.pieces), self._used
        self._add_piece(texts[start:])
        if self._used + self._weight > self._limit:
            raise TooLarge

    def _add_piece(self, texts: list[str]) -> None:
        if texts:
            piece = "".join(texts).encode()
            self._used += len(piece)
            self.pieces.append(piece)

    def blob(self, buffer: Any, size: int) -> int:
        """Add a buffer of `size` bytes and return its number."""
        if size > self.room:
            raise TooLarge
        self._used += size
        self.blobs.append(buffer)
        return len(self.blobs) - 1

    def position(self) -> tuple[int, int, int]:
        """Return a number that changes with every addition."""
        return self._used, self._size, len(self._text)

    def mark(self) -> Mark:
        """Open a mark at the present place; marks are closed in the reverse order."""
        mark = Mark(len(self.pieces), len(self.blobs), self._used, len(self._text), self._size)
        mark.weight = self._weight
        self._marks.append(mark)
        return mark

    def keep(self, mark: Mark) -> None:
        """Close a mark and those after it, and keep what was written."""
        del self._marks[self._marks.index(mark) :]

    def rewind(self, mark: Mark) -> None:
        """Close a mark and those after it, and forget what was written since."""
        self.keep(mark)
        del self.pieces[mark.pieces :]
        del self.blobs[mark.blobs :]
        del self._text[mark.texts :]
        self._used, self._size, self._weight = mark.used, mark.size, mark.weight

    def join(self) -> None:
        """Join a few small pieces into one, which is the case for most documents."""
        if self._used <= _PIECE:
            self.pieces = [b"".join(self.pieces)]
