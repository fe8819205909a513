# packages: pytz
# works: yes
"""Times in zones, across changes of daylight saving time."""

from datetime import datetime, timedelta

import pytz

berlin = pytz.timezone("Europe/Berlin")
before = berlin.localize(datetime(2026, 3, 29, 1, 59))
print(before, berlin.normalize(before + timedelta(minutes=1)), before.astimezone(pytz.utc))
try:
    berlin.localize(datetime(2026, 3, 29, 2, 30), is_dst=None)
except pytz.NonExistentTimeError as error:
    print("no such time:", error)
print(len(pytz.all_timezones) > 400, pytz.country_timezones["nz"])
