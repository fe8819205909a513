# expect: memory_exceeded
# timeout: 20
# memory: 128MiB
"""A bytearray that doubles."""

b = bytearray(1)
while True:
    b.extend(bytes(b))
