# expect: crashed memory_exceeded
# timeout: 10
"""Makes a callback its own handler: libffi calls itself for ever, and no Python is in between."""

import ctypes

WORD = ctypes.c_uint32
callback = ctypes.CFUNCTYPE(None, *[ctypes.c_int] * 4)(lambda *words: None)
slot = ctypes.cast(callback, ctypes.c_void_p).value
thunk = id(callback._objects["0"])
for place in range(thunk, thunk + 96, 4):
    closure = WORD.from_address(place).value
    if closure % 4 == 0 and 1024 < closure < 1 << 26 and WORD.from_address(closure).value == slot:
        WORD.from_address(closure + 8).value = slot
callback(1, 2, 3, 4)
