# expect: success error
# timeout: 10
"""Files that claim petabytes: truncate, seek and write, fallocate."""

import os

for size in (2**31, 2**40, 2**62, 2**63 - 1):
    for way in (lambda: os.truncate("f", size), lambda: os.ftruncate(fd, size), lambda: (os.lseek(fd, size, 0), os.write(fd, b"x")),
                lambda: os.pwrite(fd, b"x", size), lambda: os.posix_fallocate(fd, 0, size)):
        fd = os.open("f", os.O_RDWR | os.O_CREAT)
        try:
            way()
        except (OSError, OverflowError, AttributeError) as error:
            pass
        finally:
            os.close(fd)
try:
    os.unlink("f")
except OSError:
    pass
print("alive")
