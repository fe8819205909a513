# packages: python-dateutil
# works: yes
"""Dates are parsed, moved and repeated, with time zones."""

from datetime import datetime

from dateutil import parser, rrule, tz
from dateutil.easter import easter
from dateutil.relativedelta import FR, relativedelta

start = datetime(2026, 1, 31, 12)
print(parser.parse("Feb 3rd, 2026 4:05pm"), parser.isoparse("2026-W05-2T10:00Z"))
print(start + relativedelta(months=1), start + relativedelta(weekday=FR(-1)), relativedelta(datetime(2026, 3, 1), start))
print([day.date().isoformat() for day in rrule.rrule(rrule.MONTHLY, count=3, bymonthday=-1, dtstart=start)], easter(2026))
print(start.replace(tzinfo=tz.gettz("America/New_York")).astimezone(tz.UTC).isoformat())
