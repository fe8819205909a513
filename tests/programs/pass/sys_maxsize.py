"""The largest size is that of 64-bit Python for a program, and works as a bound that no number passes."""

import csv
import io
import random
import sys
import sys as system
import traceback
from sys import maxsize

print(sys.maxsize, maxsize == system.maxsize == getattr(sys, "maxsize"), -sys.maxsize - 1)
print(min([sys.maxsize, 3_000_000_000, 5_000_000_000]), max([-sys.maxsize, -3_000_000_000]))
print("maxsize" in dir(sys), hasattr(sys, "maxsize"), hasattr(sys, "maxint"))
print(csv.field_size_limit(), csv.field_size_limit(sys.maxsize), csv.field_size_limit(), csv.field_size_limit(1000))
print(csv.field_size_limit(), next(csv.reader(io.StringIO("a,b"))))
for limit in (2**63, -(2**70), "1"):
    try:
        csv.field_size_limit(limit)
    except (OverflowError, TypeError) as error:
        print(type(error).__name__)
print(0 <= random.randint(0, sys.maxsize) <= sys.maxsize, len("abc"[: sys.maxsize]), [1, 2, 1].index(2, 0, sys.maxsize))
try:
    sys.maxint
except AttributeError as error:
    print(error, error.name, len(traceback.format_exc().splitlines()))
exec("import sys; print(sys.maxsize)")
print(eval("sys.maxsize"), (lambda: sys.maxsize)())
