"""Time zones by their names, and offsets from UTC.

`cargo xtask codegen` copies this module into the Python package, so that both sides of the border use the same code.
"""

from __future__ import annotations

from _terrarium.pristine import BUILTINS
from _terrarium.values.arrays import Refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__builtins__ = BUILTINS


_DAY = 86400


def offset_text(seconds: int) -> str:
    """Return an offset from UTC in ISO 8601."""
    sign, seconds = ("-", -seconds) if seconds < 0 else ("+", seconds)
    text = f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}"
    return f"{text}:{seconds % 60:02}" if seconds % 60 else text


def database_name(zone: Any) -> str | None:
    """Return the name of a zone of the database: one of `zoneinfo`, pytz or dateutil."""
    name = getattr(zone, "key", None) or getattr(zone, "zone", None)
    if type(name) is str:
        return name
    # dateutil keeps the name of a file.
    path = getattr(zone, "_filename", None)
    if type(path) is not str or not type(zone).__module__.startswith("dateutil."):
        return None
    name = path.rpartition("/zoneinfo/")[2]
    return None if name.startswith("/") or _zone(name) is None else name


def _zone(name: str) -> Any:
    """Return the zone of a name, or None where the database does not have it."""
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def zone_of_moment(value: Any) -> tuple[str | None, int]:
    """Return the name of the zone of a date or time, and its fold; no name where it would mean another moment."""
    fold, zone = getattr(value, "fold", 0), getattr(value, "tzinfo", None)
    name = None if zone is None else database_name(zone)
    if name is None or type(getattr(zone, "key", None)) is str:
        return name, fold
    # A zone of pytz may have an offset that its name does not have at this time, and it has no folds.
    named, offset = _zone(name), value.utcoffset()
    for chosen in (fold, 1 - fold):
        if named is not None and value.replace(tzinfo=named, fold=chosen).utcoffset() == offset:
            return name, chosen
    return None, fold


def zone_name(zone: Any) -> str:
    """Return the name of a time zone: of the database, or UTC with an offset."""
    name = database_name(zone)
    if name is not None:
        return name
    # A zone of one offset tells it without a date.
    offset = zone.utcoffset(None)
    if offset is not None and not offset.microseconds:
        seconds = offset.days * _DAY + offset.seconds
        return "UTC" + offset_text(seconds) if seconds else "UTC"
    raise Refused(f"a time zone without a name: {zone!r}")


def make_zone(name: str) -> Any:
    """Return what pandas takes for the zone of a name."""
    if name == "UTC" or not name.startswith("UTC"):
        return name
    from datetime import timedelta, timezone

    sign = -1 if name[3] == "-" else 1
    hours, minutes, seconds = [*map(int, name[4:].split(":")), 0][:3]
    return timezone(sign * timedelta(hours=hours, minutes=minutes, seconds=seconds))


def split_offset(text: str | None) -> tuple[str, int]:
    """Return a date without its offset, and the offset in seconds."""
    if text is None:
        return "NaT", 0
    place = max(text.rfind("+"), text.rfind("-", len("2026-01-01")))
    if place < 0:
        raise ValueError(f"{text} has no offset from UTC")
    hours, minutes, seconds = [*map(int, text[place + 1 :].split(":")), 0][:3]
    offset = hours * 3600 + minutes * 60 + seconds
    return text[:place], -offset if text[place] == "-" else offset
