"""Arrays and scalars of numpy as a kind and its parts, and back.

`cargo xtask codegen` copies this module into the Python package, so that both sides of the border use the same code.
It never imports numpy for a value that goes out: numpy has made it.

The elements of an array are nested lists in a small array, and little-endian bytes in C order in a large one. A part
that is a `memoryview` is such bytes. Durations are counts of their unit, and dates are ISO 8601 or "NaT".
"""

from __future__ import annotations

from sys import modules

from _terrarium.pristine import BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeAlias

    Parts: TypeAlias = dict[str, Any]

__builtins__ = BUILTINS


# The most elements that are written as lists.
LISTED = 8192
# The last year that ISO 8601 writes with four digits.
_LAST_YEAR = 9999


class Refused(TypeError):
    """A value without an exact form outside its process."""


def array_parts(value: Any) -> Parts:
    """Return the parts of an array of any class; subclasses other than masked arrays become plain arrays."""
    numpy = modules["numpy"]
    # numpy imports this module for the first masked array.
    ma: Any = modules.get("numpy.ma")
    masked = ma is not None and isinstance(value, ma.MaskedArray)
    array = ma.getdata(value, subok=False) if masked else numpy.asarray(value)
    parts: Parts = {"dtype": dtype_form(array.dtype), "shape": list(array.shape)}
    if array.dtype.kind == "T":
        if hasattr(array.dtype, "na_object"):
            parts["na_object"] = array.dtype.na_object
        if not array.dtype.coerce:
            parts["coerce"] = False
    sent = elements(array)
    parts["data" if type(sent) is memoryview else "items"] = sent
    if array.ndim > 1 and array.flags.f_contiguous and not array.flags.c_contiguous:
        parts["order"] = "F"
    if masked and value is ma.masked:
        # An element without a value: that of an array without axes.
        return {**parts, "items": 0.0, "mask": True, "scalar": True}
    if masked:
        mask = ma.getmask(value)
        parts["mask"] = False if mask is ma.nomask else mask
        fill = numpy.asarray(value.fill_value)
        if array.dtype.names is not None or fill != ma.default_fill_value(array):
            parts["fill_value"] = fill.item() if fill.dtype.kind in "biufcSU" and fill.dtype.char not in "gG" else fill
        if value.hardmask:
            parts["hard_mask"] = True
    return parts


def dtype_form(kind: Any) -> Any:
    """Return numpy's name of a type, or the names, formats, offsets and size of a structured one."""
    if kind.names is not None:
        fields = [kind.fields[name] for name in kind.names]
        form: Parts = {"names": list(kind.names), "formats": [dtype_form(field[0]) for field in fields]}
        if not kind.hasobject:
            # A reference has another size in another interpreter.
            form.update(offsets=[field[1] for field in fields], itemsize=kind.itemsize)
        if any(len(field) > 2 for field in fields):
            form["titles"] = [field[2] if len(field) > 2 else None for field in fields]
        if kind.isalignedstruct:
            form["aligned"] = True
        return form
    if kind.subdtype is not None:
        return [dtype_form(kind.subdtype[0]), list(kind.shape)]
    name = str(kind)
    if kind.kind == "T":
        return "StringDType()"
    try:
        known = modules["numpy"].dtype(name) == kind
    except TypeError:
        known = False
    if not known:
        raise Refused(f"an array of the type {name}")
    return name


def make_dtype(form: Any, parts: Parts) -> Any:
    """Return the type that `dtype_form` described."""
    import numpy

    if form == "StringDType()":
        options: Any = {name: parts[name] for name in ("na_object", "coerce") if name in parts}
        return numpy.dtypes.StringDType(**options)
    if isinstance(form, dict):
        described: Any = {name: item for name, item in form.items() if name != "formats"}
        described["formats"] = [make_dtype(each, {}) for each in form["formats"]]
        return numpy.dtype(described)
    if isinstance(form, list):
        base, shape = form
        return numpy.dtype((make_dtype(base, {}), tuple(shape)))
    return numpy.dtype(form)


def elements(array: Any) -> Any:
    """Return the elements: bytes if there are many, else nested lists, or the element of an array without axes."""
    kind = array.dtype
    if kind.char in "gG":
        return _exact(array)
    if kind.hasobject or kind.kind == "T" or _has_long_double(kind):
        return array.tolist()
    if array.size > LISTED and kind.itemsize:
        return raw(array)
    if kind.kind == "M":
        written = texts(array)
        return raw(array) if written is None else written
    if kind.kind == "m":
        return _counts(array)
    try:
        return array.tolist()
    except ValueError:
        # Text with numbers that are no characters.
        return raw(array)


def raw(array: Any) -> memoryview:
    """Return the bytes of the elements: a view where the array already has this form."""
    numpy = modules["numpy"]
    plain = numpy.ascontiguousarray(array, array.dtype.newbyteorder("<"))
    return memoryview(plain.reshape(-1).view(numpy.uint8))


def _has_long_double(kind: Any) -> bool:
    """Return whether a part of a structured type differs between machines."""
    if kind.names is not None:
        return any(_has_long_double(kind.fields[name][0]) for name in kind.names)
    if kind.subdtype is not None:
        return _has_long_double(kind.subdtype[0])
    return kind.char in "gG"


def texts(array: Any) -> Any:
    """Return dates as ISO 8601, or None if a year has not four digits."""
    numpy = modules["numpy"]
    # `datetime_as_string` takes the bytes of another order for those of this machine.
    array = array.astype(array.dtype.newbyteorder("="))
    known = array[~numpy.isnat(array)]
    # The finest units reach no other year, and numpy does not convert them.
    if known.size and numpy.datetime_data(array.dtype)[0] not in ("ps", "fs", "as"):
        years = (known.min().astype("M8[Y]").astype("i8") + 1970, known.max().astype("M8[Y]").astype("i8") + 1970)
        if years[0] < 1 or years[1] > _LAST_YEAR:
            return None
    return _map(numpy.datetime_as_string(array).tolist(), array.ndim, _short)


def _short(text: str) -> str:
    """Return a date without a fraction of zeros."""
    head, point, fraction = text.partition(".")
    return head if point and not fraction.strip("0") else text


def _counts(array: Any) -> Any:
    numpy = modules["numpy"]
    missing = numpy.isnat(array)
    counts = array.astype("i8")
    return numpy.where(missing, None, counts).tolist() if missing.any() else counts.tolist()


def _map(items: Any, depth: int, change: Any) -> Any:
    """Return nested lists with every element changed."""
    return [_map(item, depth - 1, change) for item in items] if depth else change(items)


def _exact(array: Any) -> Any:
    """Return long doubles as hexadecimal texts, and complex ones as pairs of them."""
    if array.dtype.char == "G":
        numpy = modules["numpy"]
        array = numpy.stack([array.real, array.imag], axis=-1)
    return _map(array.tolist(), array.ndim, long_double_text)


def long_double_text(value: Any) -> str:
    """Return a long double exactly: a hexadecimal integer and an exponent of two, as C writes it."""
    numpy = modules["numpy"]
    if not numpy.isfinite(value):
        return "nan" if numpy.isnan(value) else ("inf" if value > 0 else "-inf")
    numerator, denominator = value.as_integer_ratio()
    sign = "-" if numpy.signbit(value) else ""
    return f"{sign}0x{abs(numerator):x}p-{denominator.bit_length() - 1}"


def make_long_double(text: str) -> Any:
    """Return the long double of a text; fails if this machine's type is too short for it."""
    import numpy

    sign, digits = (-1, text[1:]) if text.startswith("-") else (1, text)
    if not digits.startswith("0x"):
        return numpy.longdouble(text)
    mantissa, _, exponent = digits[2:].partition("p")
    whole, power = int(mantissa, 16), int(exponent or 0)
    value = numpy.longdouble(0)
    for shift in range(max(whole.bit_length() - 1, 0) // 32 * 32, -1, -32):
        value = value * numpy.longdouble(2**32) + numpy.longdouble((whole >> shift) & 0xFFFFFFFF)
    value = numpy.ldexp(value, power)
    numerator, denominator = value.as_integer_ratio()
    exact = numerator * 2**-power == whole * denominator if power < 0 else numerator == whole * 2**power * denominator
    if not exact:
        raise Refused(f"a long double with more digits than this machine's: {text}")
    return value * sign


def make_array(parts: Parts) -> Any:
    """Return the array of these parts. Writable bytes of the elements are used without a copy."""
    import numpy

    kind, shape = make_dtype(parts["dtype"], parts), tuple(parts["shape"])
    made = from_bytes(parts["data"], kind, shape) if "data" in parts else _from_items(parts["items"], kind, shape)
    if parts.get("order") == "F":
        made = numpy.asfortranarray(made)
    if "mask" in parts:
        mask = numpy.ma.nomask if parts["mask"] is False else parts["mask"]
        made = numpy.ma.MaskedArray(made, mask=mask, hard_mask=parts.get("hard_mask", False))
        if "fill_value" in parts:
            made.fill_value = parts["fill_value"]
    return made[()] if parts.get("scalar") else made


def from_bytes(data: Any, kind: Any, shape: tuple[int, ...]) -> Any:
    """Return an array over little-endian bytes, or over a copy where they are read-only or in another order."""
    import numpy

    sent = numpy.ndarray(shape, kind.newbyteorder("<"), data)
    if sent.nbytes != len(data):
        raise ValueError(f"{len(data)} bytes for an array of {sent.nbytes}")
    # A type with its order of bytes prints another name than one of the machine's order.
    return sent.view(kind) if isinstance(data, bytearray) and sent.dtype == kind else sent.astype(kind)


def _from_items(items: Any, kind: Any, shape: tuple[int, ...]) -> Any:
    import numpy

    if kind.char in "gG":
        return _from_exact(items, kind, shape)
    if kind.kind == "O":
        made: Any = numpy.empty(shape, object)
        for place in numpy.ndindex(*shape):
            item = items
            for step in place:
                item = item[step]
            made[place] = item
        return made
    if kind.names is not None:
        items = _map(items, len(shape), tuple)
    return numpy.array(items, kind).reshape(shape)


def _from_exact(items: Any, kind: Any, shape: tuple[int, ...]) -> Any:
    import numpy

    pairs = kind.char == "G"
    read = _map(items, len(shape) + pairs, make_long_double)
    numbers = numpy.array(read, numpy.longdouble).reshape((*shape, 2) if pairs else shape)
    if not pairs:
        return numbers.astype(kind)
    made = numpy.empty(shape, kind)
    made.real, made.imag = numbers[..., 0], numbers[..., 1]
    return made


def unit_of(kind: Any) -> str:
    """Return the unit of a datetime64 or timedelta64: "ns", "25s", "generic"."""
    unit, count = modules["numpy"].datetime_data(kind)
    return unit if count == 1 else f"{count}{unit}"


def scalar_parts(value: Any) -> Any:
    """Return a kind and its parts, or the equal object of Python in a tuple."""
    numpy = modules["numpy"]
    kind = value.dtype.kind
    if kind == "M":
        unit = unit_of(value.dtype)
        known = texts(value.reshape(1))
        return "datetime64", {"value": int(value.astype("i8")) if known is None else known[0], "unit": unit}
    if kind == "m":
        return "timedelta64", {"value": _counts(value.reshape(1))[0], "unit": unit_of(value.dtype)}
    if kind == "V" and value.dtype.names is not None:
        return "ndarray", {**array_parts(numpy.asarray(value)), "scalar": True}
    if value.dtype.char == "g":
        plain = float(value)
        same = plain == value or numpy.isnan(value)
        return (plain,) if same else ("longdouble", {"value": long_double_text(value)})
    if value.dtype.char == "G":
        number = complex(value)
        if number != value and not numpy.isnan(value):
            raise Refused("a complex number of long doubles")
        return (number,)
    item = value.item()
    if type(item).__module__ != "builtins" or type(item) is type(value) or item is None:
        raise Refused(f"a numpy scalar of the type {value.dtype}")
    return (item,)


def make_datetime64(parts: Parts) -> Any:
    """Return a datetime64 of its unit."""
    return _make_scalar("M8", parts)


def make_timedelta64(parts: Parts) -> Any:
    """Return a timedelta64 of its unit."""
    return _make_scalar("m8", parts)


def from_counts(counts: list[int], name: str) -> Any:
    """Return an array of dates or durations from counts of their unit."""
    import numpy

    return numpy.array(counts, "i8").view(name)


def _make_scalar(kind: str, parts: Parts) -> Any:
    import numpy

    unit = parts["unit"]
    name = kind if unit == "generic" else f"{kind}[{unit}]"
    value = "NaT" if parts["value"] is None else parts["value"]
    return numpy.array([value], name)[0]
