# expect: crashed error success timeout memory_exceeded
# timeout: 5
"""Overwrites the interpreter's own memory."""

import ctypes

base = id(object)
ctypes.memset(base, 255, 4096)
ctypes.memset(1024, 255, 4 << 20)
object()
