# native: yes
"""strftime: flags, widths and directives that C libraries have beyond the standard, and unknown ones."""

import time
from datetime import date, datetime

moment = datetime(2024, 3, 5, 7, 5, 7, 1234)
formats = (
    "%B %-d, %Y|%-m/%-d/%y|%e|%-I:%M %p|%_d|%k|%l|%P|%s|%^b|%#Z|%G-W%V-%u|%j|%-j|%c|%D|%r|%h|%n%t|%C|%g|%Ey|%Od|%+|%z|%Z"
    "|%%|%-H|%-S|%05d|%Q|%|%10Y|%5|%^a|%#a|%#p|%10a|%-10a|%010a|%_10d|%-5d|%010d|%^p|%#B|%^c|%012T|%_H|%_j|%0e|%-k|%0k"
    "|%03d|%^10b|%^P|%N|%i|%Ed|%OY|%E|%Ez|%_5S|%v|%10F|100%|%-%|Tag %-d — ü"
).split("|")
for format in formats:
    print(repr(format), repr(moment.strftime(format)), repr(time.strftime(format, moment.timetuple())))
for hour in (0, 11, 12, 23):
    print(f"{moment.replace(hour=hour):%k|%l|%P|%-I|%_I|%^p|%#p}")
summer = (2024, 7, 1, 12, 0, 0, 0, 183, 0)
print(time.strftime("%Z %#Z %-d", summer), f"{date(2024, 12, 31):%-j %-U %-W %_m}", time.strftime("%-S", time.gmtime(9)))
for year in (1000, 9999):
    print(date(year, 1, 2).strftime("%Y-%m-%d %-d"), f"{date(year, 1, 2):%d/%m/%Y}")
print(len(time.strftime("%2000d", summer)), repr(time.strftime("")))
try:
    time.strftime("%-d", (2024, 13, 1, 0, 0, 0, 0, 1, 0))
except ValueError as error:
    print(error)
