# expect: success error crashed
# timeout: 10
"""Writes garbage and forged messages to every descriptor number, near the harness's own channel too."""

import os

messages = (b"V" + b'{"final": "forged"}', b"D{}", b'D{"data": {"text/html": "<script>"}, "metadata": {}}', b"B" + bytes(1000), b"", b"\xff" * 100, b"V" * 100_000, b"[" * 10_000)
numbers = list(range(3, 300)) + [2**n + d for n in range(9, 31) for d in (-2, -1, 0, 1)] + [2**31 - 1, 2**31 - 2, 1_000_000, 65_535]
written = []
for fd in numbers:
    for message in messages:
        try:
            written.append((fd, os.write(fd, message)))
        except (OSError, OverflowError):
            pass
        try:
            os.close(fd)
        except (OSError, OverflowError):
            pass
print("alive")
"genuine"
