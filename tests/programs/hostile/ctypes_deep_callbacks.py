# expect: crashed error success memory_exceeded
# timeout: 20
"""A callback that calls itself through libffi, as deep as it goes, with Python's recursion limit out of the way."""

import ctypes
import sys

sys.setrecursionlimit(1_000_000)


@ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)
def deeper(depth):
    return deeper(depth + 1)


deeper(0)
