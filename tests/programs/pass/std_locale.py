# native: no, the locales of the machine differ
"""locale: the locales that exist take effect, and others are errors."""

import calendar
import locale

start = locale.setlocale(locale.LC_ALL)
print(start, locale.setlocale(locale.LC_CTYPE), locale.setlocale(locale.LC_TIME))
for name in ("", "C", "C.UTF-8", "POSIX", ("C", "UTF-8"), "en_US.UTF-8", "de_DE", "nonsense", "C.UTF-8;C;C;C;C;de_DE"):
    try:
        print(repr(name), locale.setlocale(locale.LC_ALL, name), locale.getlocale())
    except locale.Error as error:
        print(repr(name), type(error), error)
print(locale.setlocale(locale.LC_ALL, start) == start, locale.setlocale(locale.LC_NUMERIC, "C"))
print(locale.localeconv()["decimal_point"], locale.format_string("%d", 1234567, grouping=True), f"{1234567:n}")
try:
    calendar.LocaleTextCalendar(locale="de_DE.UTF-8").formatmonth(2024, 5)
except locale.Error as error:
    print(error)
for wrong in ((99, "C"), (locale.LC_ALL, 5)):
    try:
        locale.setlocale(*wrong)
    except (locale.Error, TypeError) as error:
        print(type(error).__name__)
