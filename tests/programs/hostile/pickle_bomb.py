# expect: success error memory_exceeded timeout crashed
# timeout: 10
# memory: 128MiB
"""Pickles that claim huge sizes, recurse, and call what they should not."""

import marshal
import pickle

for data in (b"\x80\x04\x95\xff\xff\xff\xff\xff\xff\xff\x7f.", b"\x80\x04B\xff\xff\xff\x7f", b"(" * 1_000_000 + b"t" * 10, b"\x80\x02]" + b"q\x00h\x00" * 100_000 + b".",
             b"r\xff\xff\xff\x7f", b"\x80\x04j\xff\xff\xff\xff.", b"cos\nsystem\n(S'true'\ntR.", b"I" + b"9" * 100_000 + b"\n."):
    try:
        print(pickle.loads(data))
    except (Exception, RecursionError) as error:
        print(type(error).__name__)
for data in (b"[\xff\xff\xff\x7f", b"(\xff\xff\xff\x7f", b"s\xff\xff\xff\x7f", b"[" * 100_000, b"c" * 100):
    try:
        marshal.loads(data)
    except (Exception, RecursionError) as error:
        print(type(error).__name__)
print("alive")
