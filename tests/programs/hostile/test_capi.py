# expect: success error crashed timeout memory_exceeded
# timeout: 5
# memory: 256MiB
# session: reset
"""Calls the interpreter's own test functions, which break it in every way there is, with arguments that they do not expect."""

import random

r = random.Random(11)
values = [None, 0, -1, 1, 2**31, 2**63, -(2**31), "", "x" * 100, b"", b"\0" * 100, [], {}, (), object, object(), 1.5, print, ..., type, bytearray(10), memoryview(b"x")]
for name in ("_testinternalcapi", "_testlimitedcapi", "_testcapi", "_testbuffer", "_testclinic"):
    try:
        module = __import__(name)
    except ImportError:
        continue
    for function in sorted(vars(module)):
        for count in (0, 1, 2, 3):
            try:
                getattr(module, function)(*r.choices(values, k=count))
            except BaseException:
                pass
print("alive")
