# native: yes
"""zoneinfo: the time-zone database is there, with its rules and transitions."""

import datetime as dt
import zoneinfo

berlin, york = zoneinfo.ZoneInfo("Europe/Berlin"), zoneinfo.ZoneInfo("America/New_York")
for month in (1, 7):
    moment = dt.datetime(2026, month, 1, 12, tzinfo=berlin)
    print(moment, moment.astimezone(york), moment.tzname(), moment.utcoffset(), moment.dst())
print(dt.datetime(2026, 3, 29, 2, 30, tzinfo=berlin).astimezone(dt.timezone.utc))
print(dt.datetime(2026, 10, 25, 2, 30, tzinfo=berlin, fold=1).utcoffset(), zoneinfo.ZoneInfo("UTC"), zoneinfo.ZoneInfo("Asia/Kathmandu").utcoffset(dt.datetime(2026, 1, 1)))
print(len(zoneinfo.available_timezones()) > 400, berlin is zoneinfo.ZoneInfo("Europe/Berlin"))
for bad in ("Mars/Olympus", "../etc/passwd"):
    try:
        zoneinfo.ZoneInfo(bad)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError) as error:
        print(type(error).__name__)
