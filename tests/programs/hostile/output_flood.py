# expect: success timeout
# timeout: 10
"""Two hundred megabytes of output on both streams."""

import os
import sys

for _ in range(100):
    sys.stdout.write("x" * 1_000_000)
    sys.stderr.write("y" * 1_000_000)
for _ in range(100_000):
    os.write(1, b"z")
print("alive")
