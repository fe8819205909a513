# /// script
# dependencies = ["humanize"]
# ///
"""Numbers, sizes and times for people."""

import datetime

import humanize

assert humanize.naturalsize(3_000_000) == "3.0 MB" and humanize.intcomma(1234567) == "1,234,567"
assert humanize.naturaldelta(datetime.timedelta(hours=2)) == "2 hours" and humanize.ordinal(3) == "3rd"
humanize.i18n.activate("de_DE")
assert humanize.naturaldelta(datetime.timedelta(days=3)) == "3 Tage"
