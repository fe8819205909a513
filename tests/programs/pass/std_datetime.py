# native: yes
"""datetime: arithmetic, formatting, parsing, zones and ISO forms."""

import datetime as dt

d = dt.datetime(2026, 2, 28, 23, 30, 15, 123456)
print(d, d + dt.timedelta(hours=1), d.date() + dt.timedelta(days=1), d.isoformat(timespec="milliseconds"))
print(d.strftime("%Y/%m/%d %H:%M:%S.%f %j %U %a %A %b %B %p %y"), dt.datetime.strptime("03 Mar 2026 4PM", "%d %b %Y %I%p"))
utc = d.replace(tzinfo=dt.timezone.utc)
east = utc.astimezone(dt.timezone(dt.timedelta(hours=5, minutes=30), "IST"))
print(utc, east, east.tzname(), utc == east, utc.timestamp(), dt.datetime.fromtimestamp(0, dt.timezone.utc))
print(dt.date.fromisoformat("2026-12-31").isocalendar(), dt.datetime.fromisoformat("2026-01-02T03:04:05+02:00"))
delta = dt.timedelta(days=-1, seconds=5, microseconds=7)
print(delta, repr(delta), delta.total_seconds(), abs(delta), dt.timedelta(hours=30) // dt.timedelta(hours=7))
print(dt.date(2024, 2, 29).replace(year=2028), dt.date.max, dt.date.min, dt.date(2026, 1, 1).weekday(), dt.time(1, 2, tzinfo=dt.timezone.utc))
for bad in (lambda: dt.date(2026, 2, 30), lambda: d < utc, lambda: dt.datetime.strptime("x", "%Y")):
    try:
        bad()
    except (ValueError, TypeError) as error:
        print(type(error).__name__)
print(dt.datetime.now().year >= 2024, dt.datetime.now(dt.timezone.utc) - dt.datetime.fromtimestamp(0, dt.timezone.utc) > dt.timedelta(days=19000))
