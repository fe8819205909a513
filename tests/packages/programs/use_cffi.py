# /// script
# dependencies = ["cffi"]
# ///
"""Structures and functions of the C library, without a compiler."""

import cffi

ffi = cffi.FFI()
ffi.cdef("typedef struct { int x; double y; } pair; size_t strlen(const char *);")
pair = ffi.new("pair *", {"x": 3, "y": 2.5})
assert pair.x * pair.y == 7.5 and ffi.sizeof("pair") == 16
assert ffi.dlopen(None).strlen(b"hello") == 5
