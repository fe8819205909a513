# expect: success error
# timeout: 5
"""A fork bomb."""

import os

for _ in range(1000):
    try:
        os.fork()
        print("FORKED")
        break
    except OSError:
        pass
print("refused")
