# expect: timeout memory_exceeded error
# timeout: 2
"""Factorials and conversions of huge integers, exceptions swallowed."""

import math
import sys

sys.set_int_max_str_digits(0)
while True:
    try:
        len(str(math.factorial(200_000)))
        pow(3, 10**7)
    except BaseException:
        pass
