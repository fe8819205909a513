# expect: success error crashed
# timeout: 5
# session: reset
"""Puts other files in the place of the standard streams and of every descriptor near them."""

import os

fd = os.open("stolen", os.O_RDWR | os.O_CREAT)
for target in list(range(3, 40)) + [100, 255, 256, 1000, 1023, 2**20, 2**30, 2**31 - 1]:
    try:
        os.dup2(fd, target)
    except OSError:
        pass
os.dup2(fd, 1)
os.dup2(fd, 2)
print("goes into the file", flush=True)
