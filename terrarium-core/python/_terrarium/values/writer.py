"""Collects the JSON text of the values of one call, and the blobs it refers to, under one bound."""

from __future__ import annotations

from _terrarium.pristine import BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__builtins__ = BUILTINS


# The number of characters that are collected before they are encoded.
_PIECE = 1 << 16


class TooLarge(Exception):
    """The values of this call need more bytes than the host accepts."""


class Writer:
    """Text in pieces and blobs by number. `mark` and `rewind` undo a value that was begun."""

    __slots__ = ("_limit", "_pending", "_size", "_text", "_used", "blobs", "pieces")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._used = 0
        self._text: list[str] = []
        self._size = 0
        self.pieces: list[bytes] = []
        self.blobs: list[Any] = []

    @property
    def room(self) -> int:
        """The bytes that are left, without collected text beyond ASCII."""
        return self._limit - self._used - self._size

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
        """Encode the collected text."""
        if self._used + self._size > self._limit:
            raise TooLarge
        if self._text:
            piece = "".join(self._text).encode()
            self._text = []
            self._size = 0
            self._used += len(piece)
            self.pieces.append(piece)
            if self._used > self._limit:
                raise TooLarge

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

    def mark(self) -> tuple[int, int, int]:
        """Return a position for `rewind`."""
        self.flush()
        return len(self.pieces), len(self.blobs), self._used

    def rewind(self, mark: tuple[int, int, int]) -> None:
        """Forget everything since `mark`."""
        self._text = []
        self._size = 0
        pieces, blobs, self._used = mark
        del self.pieces[pieces:]
        del self.blobs[blobs:]

    def join(self) -> None:
        """Join a few small pieces into one, which is the case for most documents."""
        if self._used <= _PIECE:
            self.pieces = [b"".join(self.pieces)]
