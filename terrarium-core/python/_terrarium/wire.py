"""JSON text and the event channel.

The C helpers of `json` are used directly: importing the package `json` would cost more than most programs do here.
"""

from __future__ import annotations

from _json import encode_basestring, make_encoder, make_scanner
from posix import writev

from _terrarium.pristine import BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Buffer  # type: ignore[attr-defined,unused-ignore]
    from typing import Any

__builtins__ = BUILTINS


class _ScannerOptions:
    """The options that `json.JSONDecoder` passes to the C scanner."""

    strict = False
    object_hook = None
    object_pairs_hook = None
    array_hook = None
    parse_float = float
    parse_int = int
    parse_constant = float


# The largest int that every JSON reader reads exactly.
PLAIN_INT = 2**53 - 1


def _refuse(value: Any) -> Any:
    raise TypeError("a response holds plain data only, not " + type(value).__name__)


# As `json.JSONEncoder` makes it, without spaces.
_encode = make_encoder(None, _refuse, encode_basestring, None, ":", ",", False, False, False)
_scan = make_scanner(_ScannerOptions())  # type: ignore[arg-type]


def parse(request: bytes) -> dict[str, Any]:
    """Read a request, which is a JSON object."""
    text = str(request, "utf-8", "surrogatepass").strip() or "{}"
    value, end = _scan(text, 0)
    if end != len(text) or type(value) is not dict:
        raise ValueError("the request is not one JSON object")
    return value


def clean(text: str) -> str:
    """Return `text` with lone surrogates escaped, which UTF-8 and JSON readers refuse."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def quote(text: str) -> str:
    """Return `text` as a JSON string."""
    return encode_basestring(text) if text.isascii() else encode_basestring(clean(text))


def dump(value: Any) -> str:
    """Write plain data (the content of responses) as JSON text."""
    text = "".join(_encode(value, 0))
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            text = "".join(_encode(_cleaned(value), 0))
    return text


def _cleaned(value: Any) -> Any:
    kind = type(value)
    if kind is str:
        return clean(value)
    if kind is dict:
        return {clean(name): _cleaned(item) for name, item in value.items()}
    return [_cleaned(item) for item in value] if kind is list else value


def scalar(value: Any) -> str | None:
    """Return the JSON text of the most common final values, or None for a value that needs the encoder."""
    kind = type(value)
    if kind is str:
        return encode_basestring(value) if len(value) < 1024 and value.isascii() else None
    if kind is int and -PLAIN_INT <= value <= PLAIN_INT:
        return int.__repr__(value)
    return dump(value) if kind is bool or value is None else None


class Channel:
    """The event channel: one frame for each write."""

    __slots__ = ("descriptor",)

    def __init__(self) -> None:
        self.descriptor = -1

    def open(self, descriptor: int) -> None:
        """Use `descriptor` from now on."""
        self.descriptor = descriptor

    def send(self, kind: bytes, *payload: Buffer) -> None:
        """Send one frame. Buffers are passed on without a copy."""
        if self.descriptor >= 0:
            writev(self.descriptor, (kind, *payload))


channel = Channel()
