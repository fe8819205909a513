"""Dates and times: days added, formatted, parsed and compared."""

import calendar
from datetime import UTC, date, datetime, timedelta, timezone


def run():
    day, weekdays, months = date(1999, 12, 31), [0] * 7, {}
    for _ in range(20_000):
        day += timedelta(days=1)
        weekdays[day.weekday()] += 1
        months[day.year, day.month] = months.get((day.year, day.month), 0) + 1
    zone = timezone(timedelta(hours=2))
    moments = [datetime(2024, 1, 1, tzinfo=zone) + timedelta(hours=7 * i, seconds=i) for i in range(10_000)]
    texts = [moment.isoformat() for moment in moments] + [moment.strftime("%d.%m.%Y %H:%M") for moment in moments]
    parsed = [datetime.fromisoformat(text) for text in texts[:10_000]]
    shorter = [datetime.strptime(text, "%d.%m.%Y %H:%M") for text in texts[10_000:14_000]]
    right = all(calendar.monthrange(*month)[1] >= days for month, days in months.items())
    late = sum(moment.astimezone(UTC).hour > 20 for moment in parsed)
    return weekdays, right, late, (max(shorter) - min(shorter)).days
