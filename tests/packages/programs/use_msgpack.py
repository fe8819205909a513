# /// script
# dependencies = ["msgpack"]
# ///
"""Values are packed and unpacked, piece by piece."""

import datetime

import msgpack

data = {"a": [1, 2.5, None, True], "b": b"bytes"}
assert msgpack.unpackb(msgpack.packb(data)) == data and msgpack.packb({"a": 1}) == b"\x81\xa1a\x01"
unpacker = msgpack.Unpacker()
for part in [b"\x92\x01", b"\x02\xc0"]:
    unpacker.feed(part)
assert list(unpacker) == [[1, 2], None]
moment = datetime.datetime(2026, 1, 5, tzinfo=datetime.timezone.utc)
assert msgpack.unpackb(msgpack.packb(moment, datetime=True), timestamp=3) == moment
