"""Typed values out: any Python object as JSON text. A value that cannot be written becomes its repr."""

from __future__ import annotations

from _json import encode_basestring

from _terrarium.interrupts import state
from _terrarium.pristine import BUILTINS, load
from _terrarium.values.plain import base64_text, float_text, has_plain_keys, simple_items
from _terrarium.values.reprs import bounded_repr, class_name
from _terrarium.values.writer import ITEM, PARTS, Mark, TooLarge, Writer
from _terrarium.wire import PLAIN_INT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

__builtins__ = BUILTINS


# Bits of the largest int in decimal: 4000 digits.
_DECIMAL_BITS = 13287
BLOB = 1 << 16
DEPTH = 40
_CHUNK = 4096
# The number of containers after which the encoder checks whether the value, with its repeated parts, can ever end; and
# the count for one whose repr is written.
_MANY = 20_000
_REPR_COUNTS = 200
# Bytes of the repr in place of a value that is not written itself.
_REPR = 4096


class Encoder:
    """Writes values into one `Writer`."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self._active: set[int] = set()
        self._kinds: dict[type, Callable[[Encoder, Any], None]] = dict(_BUILTIN)
        self._loaded = False
        # Whether the values that are written are parts of the structure of another: the columns of a table.
        self.inside = False
        # The present value, its room, and the number of containers before its size is estimated.
        self._value: object = None
        self._room = 0
        self._countdown = 0

    def top(self, value: object) -> None:
        """Write one of the requested values, whole or as a substitute."""
        writer = self.writer
        mark = writer.mark()
        self._value, self._room, self._countdown = value, writer.room, _MANY
        try:
            self.value(value)
            writer.flush()
            writer.keep(mark)
        except BaseException as error:
            if state.raised:
                raise
            writer.rewind(mark)
            self._active.clear()
            self.inside = False
            kind = "truncated" if isinstance(error, (TooLarge, MemoryError)) else "object"
            self._stand_in(kind, value, min(_REPR, writer.room // 8), free=True)

    def value(self, value: object) -> None:
        """Write a value at any depth."""
        self.writer.weigh(ITEM)
        kind = type(value)
        write = self._kinds.get(kind)
        if write is None:
            write = self._kinds[kind] = self._find(kind)
        write(self, value)

    def _find(self, kind: type) -> Callable[[Encoder, Any], None]:
        kinds = load("_terrarium.values.kinds")
        if not self._loaded:
            self._loaded = True
            self._kinds.update(kinds.present())
        writer: Callable[[Encoder, Any], None] = kinds.find(kind, self._kinds)
        return writer

    # Scalars

    def text(self, value: str) -> None:
        """Write a str: plain, as a blob when it is long, or in base64 when UTF-8 cannot encode it."""
        if len(value) > self.writer.room:
            raise TooLarge
        if len(value) > BLOB // 4 or not value.isascii():
            try:
                encoded = value.encode()
            except UnicodeEncodeError:
                self._tagged("str", "surrogatepass", base64_text(value.encode("utf-8", "surrogatepass")))
                return
            if len(encoded) > BLOB:
                self._tagged("str", "blob", str(self.writer.blob(encoded, len(encoded))))
                return
        self.writer.text(encode_basestring(value))

    def integer(self, value: int) -> None:
        """Write an int: plain when every JSON reader reads it exactly, else as digits."""
        if -PLAIN_INT <= value <= PLAIN_INT:
            self.writer.text(int.__repr__(value))
            return
        bits = int.bit_length(value)
        if bits <= _DECIMAL_BITS:
            try:
                self._tagged("int", "value", '"' + int.__repr__(value) + '"')
            except ValueError:
                # The program lowered sys.set_int_max_str_digits.
                pass
            else:
                return
        if bits // 4 > self.writer.room:
            raise TooLarge
        self._tagged("int", "hex", '"' + int.__format__(value, "x") + '"')

    def real(self, value: float) -> None:
        """Write a float. Python's repr of a finite one always has a point or an exponent."""
        self.writer.text(float_text(value))

    def data(self, value: bytes | bytearray | memoryview) -> None:
        """Write bytes: in base64, or as a blob when there are many."""
        size = len(value)
        if size > BLOB:
            self._tagged("bytes", "blob", str(self.writer.blob(value, size)))
        else:
            self._tagged("bytes", "base64", base64_text(value))

    def _tagged(self, kind: str, name: str, text: str) -> None:
        self.writer.text(f'{{"$type":"{kind}","{name}":{text}}}')

    # Containers

    def enter(self, value: object, length: int) -> bool:
        """Begin a container. For a cycle, or beyond the depth, write a substitute and return False."""
        identity = id(value)
        if identity in self._active:
            self.writer.text('{"$type":"cycle"}')
            return False
        self._countdown -= 1
        if len(self._active) >= DEPTH:
            self._countdown -= _REPR_COUNTS
            self._estimate()
            self._stand_in("object", value, _REPR)
            return False
        if length * ITEM > self.writer.room:
            raise TooLarge
        if self._countdown <= 0:
            self._estimate()
        self._active.add(identity)
        return True

    def _estimate(self) -> None:
        """Give up a value that could never fit, once it has taken long. Called once for each value."""
        if self._countdown <= 0 and self._value is not None:
            value, self._value = self._value, None
            if load("_terrarium.values.extent").least_size(value, DEPTH) > self._room:
                raise TooLarge

    def leave(self, value: object) -> None:
        """End a container."""
        self._active.discard(id(value))

    def items(self, items: Iterable[object]) -> None:
        """Write a JSON array."""
        text = self.writer.text
        text("[")
        lead = ""
        for item in items:
            if lead:
                text(lead)
            self.value(item)
            lead = ","
        text("]")

    def array(self, values: list[Any] | tuple[Any, ...]) -> None:
        """Write a JSON array of a sequence that does not change, in groups of items of one simple type."""
        if len(values) < 8:
            self.items(values)
            return
        text = self.writer.text
        text("[")
        for start in range(0, len(values), _CHUNK):
            chunk = values[start : start + _CHUNK]
            if not chunk:
                # A nested repr removed items from the list.
                break
            if start:
                text(",")
            written = simple_items(chunk)
            if written is None:
                lead = ""
                for item in chunk:
                    if lead:
                        text(lead)
                    self.value(item)
                    lead = ","
            else:
                self.writer.weigh(ITEM * len(chunk))
                text(written)
        text("]")

    def sequence(self, value: list[Any]) -> None:
        """Write a list."""
        if self.enter(value, list.__len__(value)):
            self.array(value if type(value) is list else list(list.__iter__(value)))
            self.leave(value)

    def fixed(self, value: tuple[Any, ...]) -> None:
        """Write a tuple."""
        if self.enter(value, tuple.__len__(value)):
            self.writer.text('{"$type":"tuple","items":')
            self.array(tuple(tuple.__iter__(value)))
            self.writer.text("}")
            self.leave(value)

    def unordered(self, kind: str, value: set[Any] | frozenset[Any], items: list[Any]) -> None:
        """Write a set, sorted when its items are comparable."""
        if self.enter(value, len(items)):
            try:
                items.sort()
            except Exception:
                if state.raised:
                    raise
            self.writer.text(f'{{"$type":"{kind}","items":')
            self.array(items)
            self.writer.text("}")
            self.leave(value)

    def mapping(self, value: dict[Any, Any]) -> None:
        """Write a dict: a plain object where possible."""
        if dict.__len__(value) * 2 * ITEM > self.writer.room and id(value) not in self._active:
            raise TooLarge
        self.pairs(value, list(value.items() if type(value) is dict else dict.items(value)))

    def pairs(self, value: object, pairs: list[tuple[Any, Any]]) -> None:
        """Write a mapping with these `pairs`."""
        if not self.enter(value, len(pairs)):
            return
        text = self.writer.text
        if has_plain_keys(pairs):
            self.writer.weigh(ITEM * len(pairs))
            lead = "{"
            for key, item in pairs:
                text(lead + encode_basestring(key) + ":")
                self.value(item)
                lead = ","
            text("}" if pairs else "{}")
        else:
            lead = '{"$type":"dict","items":['
            for key, item in pairs:
                text(lead + "[")
                self.value(key)
                text(",")
                self.value(item)
                text("]")
                lead = ","
            text("]}")
        self.leave(value)

    def fields(self, kind: str, fields: Iterable[tuple[str, object]]) -> None:
        """Write a tagged object whose fields are typed values."""
        self.writer.weigh(PARTS)
        self.writer.text('{"$type":' + encode_basestring(kind))
        for name, item in fields:
            self.writer.text("," + encode_basestring(name) + ":")
            self.value(item)
        self.writer.text("}")

    def parts(self, kind: str, parts: dict[str, Any]) -> None:
        """Write a tagged object from its parts: typed values, and contents as `memoryview`s."""
        self.writer.text('{"$type":' + encode_basestring(kind))
        for name, part in parts.items():
            self.writer.text("," + encode_basestring(name) + ":")
            if type(part) is memoryview:
                self.data(part)
            else:
                self.value(part)
        self.writer.text("}")

    # What cannot be written

    def begin(self) -> tuple[Mark, frozenset[int], bool]:
        """Return the present state, for `undo` or `keep`."""
        return self.writer.mark(), frozenset(self._active), self.inside

    def keep(self, begun: tuple[Mark, frozenset[int], bool]) -> None:
        """Keep what was written since."""
        self.writer.keep(begun[0])

    def undo(self, begun: tuple[Mark, frozenset[int], bool]) -> None:
        """Forget what was written since."""
        mark, active, self.inside = begun
        self.writer.rewind(mark)
        self._active = set(active)

    def truncated(self, value: object) -> None:
        """Write the class and repr of a value that is too large."""
        self._stand_in("truncated", value, min(_REPR, self.writer.room // 8))

    def opaque(self, value: object) -> None:
        """Write any other object: its class and repr."""
        self._stand_in("object", value, _REPR)

    def _stand_in(self, kind: str, value: object, limit: int, free: bool = False) -> None:
        text, cut = bounded_repr(value, limit)
        name = class_name(value).encode("utf-8", "backslashreplace").decode()
        truncated = ',"repr_truncated":true' if cut else ""
        text = f'{{"$type":"{kind}","class":{encode_basestring(name)},"repr":{encode_basestring(text)}{truncated}}}'
        if free:
            self.writer.free(text)
        else:
            self.writer.text(text)


def _none(encoder: Encoder, _value: None) -> None:
    encoder.writer.text("null")


def _truth(encoder: Encoder, value: bool) -> None:
    encoder.writer.text("true" if value else "false")


def _set(encoder: Encoder, value: set[Any]) -> None:
    encoder.unordered("set", value, list(set.__iter__(value)))


def _frozenset(encoder: Encoder, value: frozenset[Any]) -> None:
    encoder.unordered("frozenset", value, list(frozenset.__iter__(value)))


_BUILTIN: dict[type, Callable[[Encoder, Any], None]] = {
    type(None): _none,
    bool: _truth,
    int: Encoder.integer,
    float: Encoder.real,
    str: Encoder.text,
    bytes: Encoder.data,
    bytearray: Encoder.data,
    list: Encoder.sequence,
    tuple: Encoder.fixed,
    dict: Encoder.mapping,
    set: _set,
    frozenset: _frozenset,
}


def encode_document(final: list[object], outputs: dict[str, object], limit: int) -> Writer:
    """Write the document for the channel. `final` holds the final value or nothing."""
    writer = Writer(limit)
    encoder = Encoder(writer)
    writer.free("{")
    if final:
        writer.free('"final":')
        encoder.top(final[0])
        writer.free(",")
    writer.free('"outputs":{')
    lead = ""
    for name, value in outputs.items():
        writer.free(lead + encode_basestring(name) + ":")
        encoder.top(value)
        lead = ","
    writer.free("}}")
    writer.flush()
    writer.join()
    return writer
