# /// script
# dependencies = ["arrow"]
# ///
"""Times are parsed, moved, formatted and compared in words."""

import arrow

moment = arrow.get("2026-01-31T12:00:00+00:00")
assert moment.shift(months=1).format("YYYY-MM-DD") == "2026-02-28" and moment.to("Asia/Tokyo").hour == 21
assert moment.shift(hours=-2).humanize(moment) == "2 hours ago" and moment.humanize(moment, locale="de") == "gerade eben"
assert [day.day for day in arrow.Arrow.range("day", moment, limit=2)] == [31, 1]
