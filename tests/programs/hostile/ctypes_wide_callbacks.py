# expect: crashed error success timeout memory_exceeded
# timeout: 10
"""Makes callbacks of a thousand parameters, each of another type, until no more are given."""

import ctypes

libffi = ctypes.CDLL(None)


def type_of(name):
    return ctypes.addressof(ctypes.c_int.in_dll(libffi, name))


ABI, PARAMETERS = 2, 1000
kinds = (type_of("ffi_type_sint32"), type_of("ffi_type_double"))
types = (ctypes.c_uint32 * PARAMETERS)(*[kinds[0]] * PARAMETERS)
cif, slot, made = (ctypes.c_uint32 * 16)(), ctypes.c_uint32(), 0
while True:
    for place in range(16):
        types[place] = kinds[made >> place & 1]
    assert libffi.ffi_prep_cif(cif, ABI, PARAMETERS, type_of("ffi_type_void"), types) == 0
    closure = libffi.ffi_closure_alloc(64, ctypes.byref(slot))
    if not closure or libffi.ffi_prep_closure_loc(closure, cif, 1, 0, slot.value):
        break
    made += 1
