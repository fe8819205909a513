# /// script
# dependencies = ["python-dateutil"]
# ///
"""Dates are parsed, moved and repeated, with time zones."""

from datetime import datetime

from dateutil import parser, relativedelta, rrule, tz

assert parser.parse("Jan 5th, 2026 3:04pm") == datetime(2026, 1, 5, 15, 4)
assert datetime(2026, 1, 31) + relativedelta.relativedelta(months=1) == datetime(2026, 2, 28)
days = list(rrule.rrule(rrule.WEEKLY, count=3, dtstart=datetime(2026, 1, 1), byweekday=rrule.MO))
assert [day.day for day in days] == [5, 12, 19]
berlin = tz.gettz("Europe/Berlin")
assert datetime(2026, 7, 1, 12, tzinfo=berlin).utcoffset().seconds == 7200
