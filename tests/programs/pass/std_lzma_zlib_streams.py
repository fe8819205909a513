# native: yes
"""Streaming compression: incremental objects and large data."""

import bz2
import lzma
import zlib

data = bytes(range(256)) * 2000
for name, c, d in (
    ("zlib", zlib.compressobj(9), zlib.decompressobj()),
    ("bz2", bz2.BZ2Compressor(), bz2.BZ2Decompressor()),
    ("lzma", lzma.LZMACompressor(preset=1), lzma.LZMADecompressor()),
):
    packed = b"".join(c.compress(data[n : n + 10_000]) for n in range(0, len(data), 10_000)) + c.flush()
    out = b"".join(d.decompress(packed[n : n + 97]) for n in range(0, len(packed), 97))
    print(name, out == data, len(packed) < len(data))
