"""Bytes and binary formats: struct, base64, checksums, pickles and compressed blocks."""

import base64
import hashlib
import io
import pickle
import struct
import zlib


def run():
    layout = struct.Struct("<IhdB7s")
    out = io.BytesIO()
    for i in range(40_000):
        out.write(layout.pack(i, i % 300 - 150, i / 9, i % 256, b"name%03d" % (i % 1000)))
    data = out.getvalue()
    total = sum(number * weight for number, weight, *_ in layout.iter_unpack(data))
    packed = zlib.compress(data, 6)
    text = base64.b64encode(packed)
    same = zlib.decompress(base64.b64decode(text)) == data
    digest = hashlib.sha256(data).hexdigest()
    things = [{"id": i, "tags": ("a", str(i)), "value": i * 0.5, "raw": data[i : i + 9]} for i in range(20_000)]
    again = pickle.loads(pickle.dumps(things, protocol=5))
    view = memoryview(data)[::97]
    mixed = bytes(b ^ 0x5A for b in view.tobytes())
    return total, same, digest[:12], again == things, mixed[:4].hex(), int.from_bytes(mixed[-8:], "big")
