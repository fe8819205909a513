# expect: memory_exceeded
# timeout: 20
# memory: 128MiB
"""Decompresses a small input into a gigabyte."""

import zlib

c = zlib.compressobj(9)
packed = b"".join(c.compress(bytes(1 << 20)) for _ in range(1024)) + c.flush()
print(len(packed))
zlib.decompress(packed)
