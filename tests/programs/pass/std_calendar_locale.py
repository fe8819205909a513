# native: yes
"""calendar, locale, gettext and getpass."""

import calendar
import locale

print(calendar.month(2026, 2), calendar.isleap(2028), tuple(map(int, calendar.monthrange(2026, 2))), calendar.timegm((2026, 1, 1, 0, 0, 0)))
print(list(calendar.Calendar(6).itermonthdays(2026, 3))[:9], list(calendar.day_abbr), calendar.HTMLCalendar().formatmonth(2026, 1)[:30])
print(locale.setlocale(locale.LC_ALL, "C"), locale.localeconv()["decimal_point"], locale.atof("1.5"), locale.format_string("%.2f", 1.5), locale.strcoll("a", "b"))
