# expect: success error timeout
# timeout: 10
"""Appends to one file through many descriptors until there is no room."""

import os

files = [open("log", "ab", buffering=0) for _ in range(50)]
try:
    while True:
        for file in files:
            file.write(bytes(1 << 20))
except OSError as error:
    print(error.strerror)
os.truncate("log", 0)
print("alive")
