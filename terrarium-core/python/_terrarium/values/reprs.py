"""The repr of any object, bounded in size, and for exact built-in types also in time and memory.

A repr within the bound is Python's own. Of a larger value, only the beginning is ever made: a list of a hundred million
items costs no more than its first few thousand.
"""

from __future__ import annotations

from _terrarium.interrupts import state
from _terrarium.pristine import BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any, TypeAlias

__builtins__ = BUILTINS


_REAL_NAME = type.__dict__["__qualname__"].__get__
_REAL_MODULE = type.__dict__["__module__"].__get__
_NAMESPACE = type.__dict__["__dict__"].__get__
_MRO = type.__dict__["__mro__"].__get__
# The bound on the characters of the name of a class or a module.
_NAME = 1000
# The depth up to which Python's own repr writes nested containers.
_DEPTH = 60


def mro(kind: type) -> tuple[type, ...]:
    """Return the real method resolution order of a class."""
    order: tuple[type, ...] = _MRO(kind)
    return order


def namespace(kind: type) -> Mapping[str, Any]:
    """Return the namespace that a class itself defines, bypassing its metaclass."""
    names: Mapping[str, Any] = _NAMESPACE(kind)
    return names


def type_name(kind: type) -> str:
    """Return the qualified name of a class, bypassing its metaclass; a very long one is cut."""
    name = _REAL_NAME(kind)
    return name[:_NAME] if type(name) is str else "object"


def module_name(kind: type) -> str:
    """Return the module of a class, or "" when it has none; a very long one is cut."""
    try:
        name = _REAL_MODULE(kind)
    except AttributeError:
        return ""
    return name[:_NAME] if type(name) is str else ""


def class_name(value: object) -> str:
    """Return `module.qualname` of the real class of a value."""
    kind = type(value)
    module = module_name(kind)
    return f"{module}.{type_name(kind)}" if module else type_name(kind)


def cut(text: str, limit: int) -> tuple[str, bool]:
    """Return at most `limit` bytes (as UTF-8) of a text without lone surrogates, and whether it was cut."""
    if len(text) * 4 <= limit:
        return text, False
    encoded = text[:limit].encode("utf-8")
    if len(encoded) <= limit:
        return (text, False) if len(text) <= limit else (text[:limit], True)
    return encoded[:limit].decode("utf-8", "ignore"), True


def bounded_repr(value: object, limit: int) -> tuple[str, bool]:
    """Return `repr(value)`, and whether it was cut to `limit` bytes. Never fails because of the value."""
    try:
        if _is_small(value, limit):
            try:
                text = repr(value)
            except ValueError:
                # The value contains an int with more digits than Python converts.
                text = _write(value, limit)
        else:
            text = _write(value, limit)
    except BaseException as error:
        if state.raised:
            raise
        text = f"<{class_name(value)} object; its repr raised {type_name(type(error))}>"
    if type(text) is not str:
        text = str.__str__(text)
    if not text.isascii():
        text = text[: limit + 1].encode("utf-8", "backslashreplace").decode("utf-8")
    return cut(text, limit)


def _is_small(value: object, limit: int) -> bool:
    """Whether Python's own repr of `value` cannot grow far beyond the limit, as far as built-in types are concerned."""
    budget = max(limit, 4096)
    level: list[Any] = [value]
    for _ in range(_DEPTH):
        deeper: list[Any] = []
        for item in level:
            kind = type(item)
            if kind is str or kind is bytes or kind is bytearray:
                budget -= len(item) + 2
            elif kind is int:
                budget -= item.bit_length() // 3 + 1
            elif kind is list or kind is tuple or kind is set or kind is frozenset:
                budget -= len(item) + 2
                if budget >= 0:
                    deeper.extend(item)
            elif kind is dict:
                budget -= 3 * len(item) + 2
                if budget >= 0:
                    deeper.extend(item.keys())
                    deeper.extend(item.values())
            else:
                budget -= 8
            if budget < 0:
                return False
        if not deeper:
            return True
        level = deeper
    return False


def _items(container: Any) -> Iterator[tuple[str, Any]]:
    """Yield the content of a container, each item with the text before it."""
    lead = ""
    for item in container:
        yield lead, item
        lead = ", "


def _pairs(container: dict[Any, Any]) -> Iterator[tuple[str, Any]]:
    lead = ""
    for key, item in container.items():
        yield lead, key
        yield ": ", item
        lead = ", "


# A container being written: its identity, its remaining items, its end.
if TYPE_CHECKING:
    _Frames: TypeAlias = list[tuple[int, Iterator[tuple[str, Any]], str]]


def _write(value: object, limit: int) -> str:
    """Write the repr of nested built-in containers up to the limit, without recursion."""
    room = limit + 1
    stack: _Frames = []
    active: set[int] = set()
    parts = [_open(value, stack, active, room)]
    room -= len(parts[0])
    while stack and room > 0:
        identity, items, end = stack[-1]
        for lead, item in items:
            text = lead + _open(item, stack, active, room)
            break
        else:
            stack.pop()
            active.discard(identity)
            text = end
        parts.append(text)
        room -= len(text)
    return "".join(parts)


def _open(value: Any, stack: _Frames, active: set[int], room: int) -> str:
    """Write a scalar, or the beginning of a container; its items then follow from the stack."""
    kind = type(value)
    if kind is str or kind is bytes:
        return _string(value, room)
    if kind is bytearray:
        return _string(value, room)
    if kind is int:
        return _integer(value)
    if kind is list:
        begin, end = "[", "]"
    elif kind is tuple:
        begin, end = "(", ",)" if len(value) == 1 else ")"
    elif kind is dict or (kind is set and value):
        begin, end = "{", "}"
    elif kind is frozenset and value:
        begin, end = "frozenset({", "})"
    else:
        return repr(value)
    if id(value) in active:
        return begin + "..." + end[-1:]
    active.add(id(value))
    stack.append((id(value), _pairs(value) if kind is dict else _items(value), end))
    return begin


def _string(value: Any, room: int) -> str:
    """Write the beginning of a str, bytes or bytearray, with the quotes of the whole repr."""
    if len(value) <= room:
        return repr(value)
    single: Any
    double: Any
    single, double = ("'", '"') if type(value) is str else (b"'", b'"')
    head = value[: room + 1]
    if type(value) is bytearray:
        single, double = bytearray(single), bytearray(double)
    if single not in value:
        return repr(head)
    if double not in value:
        # Double quotes, which repr chooses if there is a single quote: add one, and remove it again.
        return repr(head) if single in head else _without_first(repr(single + head), "'")
    # Single quotes, which repr chooses if there are both.
    return _without_first(repr(double + head), '"') if single in head else repr(head)


def _without_first(text: str, character: str) -> str:
    place = text.index(character)
    # A bytearray's repr has a backslash before it.
    start = place - 1 if text[place - 1] == "\\" else place
    return text[:start] + text[place + 1 :]


def _integer(value: int) -> str:
    """Write an int in decimal, or in hexadecimal when it has more digits than Python converts."""
    try:
        return int.__repr__(value)
    except ValueError:
        return hex(value)
