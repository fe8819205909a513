# expect: crashed error success timeout memory_exceeded
# timeout: 5
"""Overwrites as much of the memory as there is, block by block."""

import ctypes

address = 64
while True:
    ctypes.memset(address, 0x41, 65_000)
    address += 65_536
