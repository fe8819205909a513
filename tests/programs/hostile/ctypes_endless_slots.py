# expect: crashed error success timeout memory_exceeded
# timeout: 5
"""Asks for closures and never gives one back."""

import ctypes

libffi = ctypes.CDLL(None)
slot = ctypes.c_uint32()
while libffi.ffi_closure_alloc(16, ctypes.byref(slot)):
    pass
