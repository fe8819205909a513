"""The writers of values beyond plain containers: the standard library's kinds, subclasses, dataclasses, enums."""

from __future__ import annotations

from sys import modules

from _terrarium.interrupts import state
from _terrarium.pristine import BUILTINS, load
from _terrarium.values.plain import float_text
from _terrarium.values.reprs import mro, namespace, type_name
from _terrarium.values.writer import PARTS, TooLarge

TYPE_CHECKING = False
if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable
    from typing import Any, TypeAlias

    from _terrarium.values.encode import Encoder

    Write: TypeAlias = Callable[[Encoder, Any], None]

__builtins__ = BUILTINS


def present() -> dict[type, Write]:
    """Return the writers for the kinds whose modules the program has imported; none of them is imported for this."""
    table: dict[type, Write] = {complex: _complex, range: _range}
    for module_name, kinds in _KINDS.items():
        module = modules.get(module_name)
        names = getattr(module, "__dict__", None)
        if type(names) is not dict:
            continue
        for name, write in kinds.items():
            kind = names.get(name)
            # A real class: user code may have put another object under this name.
            if isinstance(kind, type) and kind not in _BASES:
                table[kind] = write
    if "numpy" in modules or "pandas" in modules:
        science = load("_terrarium.values.science")
        table.update(science.present())
    return table


def find(kind: type, table: dict[type, Write]) -> Write:
    """Return the writer for a class: its own, the one of the nearest base, or the repr."""
    for base in mro(kind):
        if base in _BASES:
            return _named_tuple if base is tuple and _field_names(kind) is not None else _BASES[base]
        if base in table:
            return _careful(table[base])
        if "__dataclass_fields__" in namespace(base):
            return _careful(_dataclass)
    return _opaque


def _careful(write: Write) -> Write:
    """Write a value whose parts cannot be read as its repr, inside the value that contains it."""

    def careful(encoder: Encoder, value: Any) -> None:
        position = encoder.writer.position()
        try:
            write(encoder, value)
        except BaseException as error:
            if state.raised or isinstance(error, (TooLarge, MemoryError)) or encoder.writer.position() != position:
                raise
            encoder.leave(value)
            encoder.opaque(value)

    return careful


def _opaque(encoder: Encoder, value: object) -> None:
    encoder.opaque(value)


# Subclasses of the built-in types: through the base class, not through an override.


def _int(encoder: Encoder, value: int) -> None:
    encoder.integer(int.__int__(value))


def _float(encoder: Encoder, value: float) -> None:
    encoder.real(float.__float__(value))


def _str(encoder: Encoder, value: str) -> None:
    encoder.text(str.__str__(value))


def _bytes(encoder: Encoder, value: bytes | bytearray) -> None:
    encoder.data(memoryview(value))


def _list(encoder: Encoder, value: list[Any]) -> None:
    encoder.sequence(value)


def _tuple(encoder: Encoder, value: tuple[Any, ...]) -> None:
    encoder.fixed(value)


def _dict(encoder: Encoder, value: dict[Any, Any]) -> None:
    encoder.mapping(value)


def _set(encoder: Encoder, value: set[Any]) -> None:
    encoder.unordered("set", value, list(set.__iter__(value)))


def _frozenset(encoder: Encoder, value: frozenset[Any]) -> None:
    encoder.unordered("frozenset", value, list(frozenset.__iter__(value)))


_BASES: dict[type, Write] = {
    int: _int,
    float: _float,
    str: _str,
    bytes: _bytes,
    bytearray: _bytes,
    list: _list,
    tuple: _tuple,
    dict: _dict,
    set: _set,
    frozenset: _frozenset,
}


def _field_names(kind: type) -> tuple[str, ...] | None:
    """Return the field names of a named tuple class."""
    for base in mro(kind):
        names = namespace(base).get("_fields")
        if names is not None:
            if type(names) is tuple and all(type(name) is str for name in names):
                return names
            return None
    return None


def _named_tuple(encoder: Encoder, value: tuple[Any, ...]) -> None:
    items = tuple(tuple.__iter__(value))
    if encoder.enter(value, len(items)):
        names = _field_names(type(value)) or ()
        encoder.writer.weigh(PARTS)
        encoder.writer.text('{"$type":"tuple","name":')
        encoder.text(type_name(type(value)))
        encoder.writer.text(',"fields":')
        encoder.items(names)
        encoder.writer.text(',"items":')
        encoder.array(items)
        encoder.writer.text("}")
        encoder.leave(value)


def _ordered_dict(encoder: Encoder, value: Any) -> None:
    # Its own order differs from that of the underlying dict after `move_to_end`.
    encoder.pairs(value, list(modules["collections"].OrderedDict.items(value)))


def _deque(encoder: Encoder, value: Any) -> None:
    deque = modules["collections"].deque
    if encoder.enter(value, deque.__len__(value)):
        encoder.writer.text('{"$type":"deque","items":')
        encoder.array(list(deque.__iter__(value)))
        encoder.writer.text(',"maxlen":')
        encoder.value(value.maxlen)
        encoder.writer.text("}")
        encoder.leave(value)


def _complex(encoder: Encoder, value: complex) -> None:
    real, imaginary = complex.real.__get__(value), complex.imag.__get__(value)
    encoder.writer.text(f'{{"$type":"complex","real":{float_text(real)},"imag":{float_text(imaginary)}}}')


def _range(encoder: Encoder, value: range) -> None:
    encoder.fields("range", (("start", value.start), ("stop", value.stop), ("step", value.step)))


def _text_value(kind: str) -> Write:
    """Return a writer for a kind with a text form."""

    def write(encoder: Encoder, value: object) -> None:
        encoder.fields(kind, (("value", str(value)),))

    return write


def _moment(kind: str) -> Write:
    """Return a writer for a date or time, with the name of its time zone and its fold."""

    def write(encoder: Encoder, value: Any) -> None:
        parts: list[tuple[str, object]] = [("value", value.isoformat())]
        zone, fold = getattr(value, "tzinfo", None), getattr(value, "fold", 0)
        if zone is not None:
            name, fold = load("_terrarium.values.zones").zone_of_moment(value)
            if name is not None:
                parts.append(("zone", name))
            elif value.utcoffset() is None:
                # Nothing in the text tells this zone.
                encoder.opaque(value)
                return
        if fold:
            parts.append(("fold", 1))
        encoder.fields(kind, parts)

    return write


def _timedelta(encoder: Encoder, value: datetime.timedelta) -> None:
    encoder.fields(
        "timedelta", (("days", value.days), ("seconds", value.seconds), ("microseconds", value.microseconds))
    )


def _fraction(encoder: Encoder, value: Any) -> None:
    encoder.fields("fraction", (("numerator", value.numerator), ("denominator", value.denominator)))


def _enum(encoder: Encoder, value: Any) -> None:
    names = object.__getattribute__(value, "__dict__")
    if encoder.enter(value, 2):
        encoder.fields(
            "enum",
            (("class", type_name(type(value))), ("name", names.get("_name_")), ("value", names.get("_value_"))),
        )
        encoder.leave(value)


def _dataclass(encoder: Encoder, value: Any) -> None:
    kind = type(value)
    declared = next(
        namespace(base)["__dataclass_fields__"] for base in mro(kind) if "__dataclass_fields__" in namespace(base)
    )
    present = []
    for name, field in declared.items():
        # The list also contains ClassVar and InitVar pseudo-fields, with another field type.
        if field._field_type.name == "_FIELD":
            try:
                present.append((str.__str__(name), object.__getattribute__(value, name)))
            except AttributeError:
                continue
    if not encoder.enter(value, len(present)):
        return
    encoder.writer.weigh(PARTS)
    encoder.writer.text('{"$type":"dataclass","name":')
    encoder.text(type_name(kind))
    encoder.writer.text(',"fields":')
    encoder.writer.text("{")
    lead = ""
    for name, item in present:
        encoder.writer.text(lead)
        encoder.text(name)
        encoder.writer.text(":")
        encoder.value(item)
        lead = ","
    encoder.writer.text("}}")
    encoder.leave(value)


_KINDS: dict[str, dict[str, Write]] = {
    "datetime": {
        "datetime": _moment("datetime"),
        "date": _moment("date"),
        "time": _moment("time"),
        "timedelta": _timedelta,
    },
    "decimal": {"Decimal": _text_value("decimal")},
    "_pydecimal": {"Decimal": _text_value("decimal")},
    "fractions": {"Fraction": _fraction},
    "uuid": {"UUID": _text_value("uuid")},
    "pathlib": {"PurePath": _text_value("path")},
    "enum": {"Enum": _enum},
    "collections": {"OrderedDict": _ordered_dict, "deque": _deque},
}
