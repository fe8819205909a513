# expect: crashed error success
# timeout: 5
"""Reads and writes at the null pointer and far beyond memory."""

import ctypes

for address in (0, 1, 2**31, 2**32 - 4):
    try:
        print(ctypes.string_at(address, 4))
    except BaseException as error:
        print(type(error).__name__)
ctypes.memset(2**32 - 64, 65, 60)
