"""`time`: the forms of `strftime` that other C libraries have, and a local time zone that a program can set."""

from __future__ import annotations

import errno
import time
from os import environ, strerror

from _terrarium.disguise import replace
from _terrarium.pristine import BUILTINS, load
from _terrarium.wire import channel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

__builtins__ = BUILTINS

_real: Any = time.strftime
_now: Any = time.localtime
_universal: Any = time.gmtime
_text_of: Any = time.ctime
# The first and the last time whose year fits into the 32 bits of C's structure.
_FIRST_TIME, _LAST_TIME = -67768040609740800, 67768036191676799

# The directives that the guest's C library writes like the others, when they have no flags.
_PLAIN = frozenset("aAbBcdDeFgGhHIjmMnpRrSsTtuUVwWxXyYzC")
# Directives that are numbers: the one to take the value from, the digits, the padding.
_NUMBERS = {
    **dict.fromkeys("CGYsuw", (1, "0")),
    **dict.fromkeys("dgHImMSUVWy", (2, "0")),
    **dict.fromkeys("ekl", (2, "_")),
    "j": (3, "0"),
}
_VALUES = {"e": "d", "k": "H", "l": "I"}
_TEXTS = frozenset("aAbBcDFhnpPRrTtxXZ%")
# Directives that cannot have the modifiers.
_NO_E = frozenset("aAbBdDeFgGhHIjklmMSuUVwW%")
_NO_O = frozenset("aAcDFxXY%")
_UPPER_WHEN_SWAPPED = frozenset("aAbBh")

# The request to the host, and the forms of a zone's rules.
_SET_ZONE = 0x7401
_FILE, _TEXT = 1, 2
_FOLDERS = ("/usr/share/zoneinfo", "/lib/terrarium/tzdata/tzdata/zoneinfo")
_FILE_BYTES = 64 << 10
# The rule of zones that name no days, as in "EST5EDT".
_USUAL_RULE = ",M3.2.0,M11.1.0"
_YEAR = (365 * 24 + 6) * 3600

# Whether the zone was ever set. The host forgets it with the process.
is_set = False


def strftime(format: str, t: Any = None, /) -> str:
    if t is None:
        t = _now()
    if isinstance(format, str):
        for piece in format.split("%")[1:]:
            if piece[:1] not in _PLAIN or not piece:
                return _write(format, t)
    text: str = _real(format, t)
    return text


def _write(format: str, t: Any) -> str:
    """Write all directives, each by itself."""
    # Checks the time.
    _real("", t)
    # The largest buffer that the interpreter tries.
    most = 1024
    while most < 256 * len(format):
        most *= 2
    written: list[str] = []
    start = size = 0
    while True:
        place = format.find("%", start)
        if place < 0:
            written.append(format[start:])
            return "".join(written)
        text, end = _directive(format, place, t, most)
        written += (format[start:place], text)
        size += place - start + len(text)
        if size >= most:
            return ""
        start = end


def _directive(format: str, place: int, t: Any, most: int) -> tuple[str, int]:
    """Return the text of the directive at a place, and the end of the directive."""
    end = place + 1
    length = len(format)
    padding, upper, swap = "", False, False
    while end < length and format[end] in "_-0^#":
        flag = format[end]
        if flag == "^":
            upper = True
        elif flag == "#":
            swap = True
        else:
            padding = flag
        end += 1
    digits = end
    while end < length and format[end] in "0123456789":
        end += 1
    width = min(int(format[digits:end][-10:] or 0), most)
    modifier = ""
    if end < length and format[end] in "EO":
        modifier = format[end]
        end += 1
    kind = format[end : end + 1]
    end += len(kind)
    if (modifier == "E" and kind in _NO_E) or (modifier == "O" and kind in _NO_O):
        kind = ""
    text = None
    if kind in _NUMBERS:
        text = _number(_value(kind, t), *_NUMBERS[kind], padding, width)
    elif kind == "z":
        text = _offset(_real("%z", t), padding, width)
        width = 0
    elif kind in _TEXTS:
        text = _text(kind, t, upper, swap)
    if text is None:
        text = format[place:end]
        if upper:
            text = text.upper()
    return text.rjust(width, "0" if padding == "0" else " "), end


def _value(kind: str, t: Any) -> int:
    if kind == "Y":
        return int(t[0])
    if kind == "C":
        return int(t[0]) // 100
    if kind == "y":
        return int(t[0]) % 100
    return int(_real("%" + _VALUES.get(kind, kind), t))


def _number(value: int, digits: int, usual: str, padding: str, width: int) -> str:
    padding = padding or usual
    text = str(abs(value))
    sign = "-" if value < 0 else ""
    if padding == "-":
        return sign + text
    size = max(digits, width)
    if padding == "_":
        return (sign + text).rjust(size)
    return sign + text.rjust(size - len(sign), "0")


def _offset(text: str, padding: str, width: int) -> str:
    if not text:
        return text
    return text[0].rjust(width) + _number(int(text[1:]), 4, "0", padding, width)


def _text(kind: str, t: Any, upper: bool, swap: bool) -> str:
    text: str
    if kind == "P":
        text = _real("%p", t)
        return text.lower()
    text = _zone(t) if kind == "Z" else _real("%" + kind, t)
    if swap and kind in "pZ":
        return text.lower()
    return text.upper() if upper or (swap and kind in _UPPER_WHEN_SWAPPED) else text


def _zone(t: Any) -> str:
    """Return the name of a time's zone: its own, or the local one that its flag names."""
    zone: str | None = getattr(t, "tm_zone", None)
    if zone is None:
        zone = "" if t[8] < 0 else time.tzname[t[8] > 0]
    return zone


def tzset() -> None:
    """tzset()

    Initialize, or reinitialize, the local timezone to the value stored in
    os.environ['TZ']. The TZ environment variable should be specified in
    standard Unix timezone format as documented in the tzset man page
    (eg. 'US/Eastern', 'Europe/Amsterdam'). Unknown timezones will silently
    fall back to UTC. If the TZ environment variable is not set, the local
    timezone is set to the systems best guess of wallclock time.
    """
    global is_set
    name = environ.get("TZ", "").removeprefix(":")
    is_set = bool(name) or is_set
    _choose(name or "UTC0")
    _describe()


def _choose(name: str) -> None:
    rules = _read(name)
    if rules is not None and _request(_FILE, rules):
        return
    text = name.encode("ascii", "replace")
    if _request(_TEXT, text) or _request(_TEXT, text + _USUAL_RULE.encode()):
        return
    # As in other C libraries: UTC under the letters of the name.
    letters = ""
    for letter in name:
        if not (letter.isascii() and letter.isalpha()):
            break
        letters += letter
    if len(letters) < 3 or not _request(_TEXT, f"{letters}0".encode()):
        _request(_TEXT, b"UTC0")


def _request(form: int, rules: bytes) -> bool:
    try:
        header = form.to_bytes(4, "little") + len(rules).to_bytes(4, "little")
        load("fcntl").ioctl(channel.descriptor, _SET_ZONE, bytearray(header + rules), True)
    except OSError:
        return False
    return True


def _read(name: str) -> bytes | None:
    """Return the content of the zone's file."""
    if name.startswith("/"):
        paths = [name]
    elif ".." in name or "\0" in name:
        return None
    else:
        sys = load("sys")
        others = [f"{place}/tzdata/zoneinfo" for place in sys.path if type(place) is str and place]
        paths = [f"{folder}/{name}" for folder in (*_FOLDERS, *others)]
    for path in paths:
        try:
            with open(path, "rb") as file:
                content = file.read(_FILE_BYTES)
        except (OSError, ValueError):
            continue
        if content.startswith(b"TZif"):
            return content
    return None


def _describe() -> None:
    """Set the module's attributes, from the middle of this winter and of this summer, as the interpreter does."""
    start = int(time.time() // _YEAR * _YEAR)
    january, july = _now(start), _now(start + _YEAR // 2)
    if january.tm_gmtoff > july.tm_gmtoff:
        # In the south.
        january, july = july, january
    names: Any = time
    names.timezone, names.altzone = -january.tm_gmtoff, -july.tm_gmtoff
    names.daylight = int(january.tm_gmtoff != july.tm_gmtoff)
    names.tzname = (january.tm_zone, july.tm_zone)


_clock_info: Any = time.get_clock_info


def get_clock_info(name: str, /) -> Any:
    # The clock of the thread is that of the process.
    if name != "thread_time":
        return _clock_info(name)
    return load("types").SimpleNamespace(**vars(_clock_info("process_time")))


def localtime(seconds: float | None = None, /) -> Any:
    return _checked(seconds, _now(seconds))


def gmtime(seconds: float | None = None, /) -> Any:
    return _checked(seconds, _universal(seconds))


def ctime(seconds: float | None = None, /) -> Any:
    return _checked(seconds, _text_of(seconds))


def _checked(seconds: float | None, made: Any) -> Any:
    """Return what the C library made of a time, unless that is out of its range. Its error does not reach Python."""
    if seconds is not None and not _FIRST_TIME <= seconds <= _LAST_TIME:
        raise OSError(errno.EOVERFLOW, strerror(errno.EOVERFLOW))
    return made


def thread_time() -> float:
    """thread_time() -> float

    Thread time for profiling: sum of the kernel and user-space CPU time.
    """
    return time.process_time()


def thread_time_ns() -> int:
    """thread_time() -> int

    Thread time for profiling as nanoseconds:
    sum of the kernel and user-space CPU time.
    """
    return time.process_time_ns()


def change(module: ModuleType) -> None:
    """Change `time`. A sandbox has one thread, so its processor time is that of the process."""
    for function in (thread_time, thread_time_ns, strftime, tzset, get_clock_info, localtime, gmtime, ctime):
        replace(module, function)
