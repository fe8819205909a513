# native: yes
"""The local time zone: TZ and tzset take effect, for zones of the database and for rules in the variable itself."""

import os
import time
from datetime import datetime, timezone

zones = ["Asia/Tokyo", "America/New_York", ":Europe/Berlin", "EST5EDT", "<+0330>-3:30", "AEST-10AEDT,M10.1.0,M4.1.0/3"]
for zone in [*zones, "Mars/Base", "foo bar", "UTC", ""]:
    os.environ["TZ"] = zone
    time.tzset()
    old, now = time.localtime(0), time.localtime(1.72e9)
    print(repr(zone), time.tzname, time.timezone, time.altzone, time.daylight)
    print("   ", old.tm_zone, old.tm_hour, now.tm_zone, now.tm_gmtoff, now.tm_isdst, time.strftime("%H %Z %z", now))
    print("   ", datetime(2024, 7, 1, tzinfo=timezone.utc).astimezone().isoformat(), datetime.fromtimestamp(0), time.ctime(0))
for zone in ("America/New_York", "Europe/Berlin", "Australia/Lord_Howe"):
    os.environ["TZ"] = zone
    time.tzset()
    # A time that the clocks skip, one that comes twice, and times with a flag that does not hold.
    for fields in ((2024, 3, 10, 2, 30, 0), (2024, 11, 3, 1, 30, 0), (2024, 1, 1, 0, 0, 0), (2500, 7, 1, 0, 0, 0)):
        made = [time.mktime((*fields, 0, 0, flag)) for flag in (-1, 0, 1)]
        print(zone, fields, made, [time.localtime(seconds)[2:5] for seconds in made])
    print(datetime(2024, 7, 1, 12).astimezone(timezone.utc), datetime(2024, 1, 1, 12).timestamp())
print(time.localtime(2**33)[:6], time.localtime(-(2**33))[:6], time.localtime(-(2**33)).tm_zone)
del os.environ["TZ"]
time.tzset()
