# expect: crashed error success
# timeout: 10
"""Gives a callback with variable arguments a list of them at the end of the address space."""

import ctypes

libffi = ctypes.CDLL(None)


def type_of(name):
    return ctypes.addressof(ctypes.c_int.in_dll(libffi, name))


ABI = 2
number, nothing = type_of("ffi_type_double"), type_of("ffi_type_void")
cif = (ctypes.c_uint32 * 16)()
types = (ctypes.c_uint32 * 3)(type_of("ffi_type_sint32"), number, number)
assert libffi.ffi_prep_cif_var(cif, ABI, 1, 3, nothing, types) == 0
slot = ctypes.c_uint32()
closure = libffi.ffi_closure_alloc(64, ctypes.byref(slot))
handler = ctypes.CFUNCTYPE(None, *[ctypes.c_int] * 4)(lambda *words: None)
assert libffi.ffi_prep_closure_loc(closure, cif, ctypes.cast(handler, ctypes.c_void_p).value, 0, slot.value) == 0
call = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_uint32)(slot.value)
for place in (16, 0xFFFFFFF8, 0xFFFFFFFC, 0xFFFFFFFD, 0xFFFFFFFF):
    call(1, place)
