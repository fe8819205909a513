# /// script
# dependencies = ["pendulum"]
# ///
"""Times in zones, durations and texts."""

import pendulum

moment = pendulum.datetime(2026, 3, 28, 12, tz="Europe/Berlin")
assert moment.add(days=1).offset_hours == 2 and moment.in_timezone("UTC").hour == 11
assert pendulum.parse("2026-01-05T10:00:00Z").day_of_week == pendulum.MONDAY
assert moment.diff(moment.add(weeks=2)).in_days() == 14 and pendulum.duration(days=3).in_words() == "3 days"
