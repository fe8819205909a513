# expect: success error
# timeout: 15
"""Writes files until there is no room, then continues."""

import os

chunk = bytes(1 << 20)
refused = 0
for n in range(400):
    try:
        with open(f"f{n}", "wb") as file:
            file.write(chunk)
    except OSError as error:
        refused += 1
        reason = error.strerror
print(refused, reason)
for n in range(400):
    try:
        os.unlink(f"f{n}")
    except OSError:
        pass
with open("after", "wb") as file:
    file.write(chunk)
os.unlink("after")
print("alive")
