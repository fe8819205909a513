# expect: memory_exceeded
# timeout: 20
# memory: 96MiB
"""Decompresses a small input into a quarter of a gigabyte."""

import zlib

c = zlib.compressobj(9)
packed = b"".join(c.compress(bytes(1 << 20)) for _ in range(256)) + c.flush()
print(len(packed))
zlib.decompress(packed)
