# /// script
# dependencies = ["pytz"]
# ///
"""Times in zones, across changes of daylight saving time."""

from datetime import datetime

import pytz

berlin = pytz.timezone("Europe/Berlin")
assert berlin.localize(datetime(2026, 7, 1, 12)).isoformat() == "2026-07-01T12:00:00+02:00"
assert berlin.normalize(pytz.utc.localize(datetime(2026, 1, 1)).astimezone(berlin)).hour == 1
assert "Asia/Tokyo" in pytz.all_timezones_set and pytz.country_timezones["jp"] == ["Asia/Tokyo"]
