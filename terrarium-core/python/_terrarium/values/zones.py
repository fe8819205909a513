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


def zone_name(zone: Any) -> str:
    """Return the name of a time zone: of the database, or UTC with an offset."""
    name = getattr(zone, "key", None) or getattr(zone, "zone", None)
    if type(name) is str:
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
