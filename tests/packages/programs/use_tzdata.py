# /// script
# dependencies = ["tzdata"]
# ///
"""The data of time zones, used by zoneinfo."""

from datetime import datetime
from importlib.resources import files
from zoneinfo import ZoneInfo

assert datetime(2026, 7, 1, tzinfo=ZoneInfo("America/New_York")).utcoffset().total_seconds() == -4 * 3600
assert (files("tzdata") / "zones").read_text().count("\n") > 400
assert (files("tzdata.zoneinfo.Europe") / "Berlin").read_bytes().startswith(b"TZif")
