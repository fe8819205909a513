# expect: success error
# timeout: 10
"""Opens files, pipes and duplicates until there are no more descriptors."""

import os

kept = []
for way in (lambda: os.open("/dev/null", os.O_RDONLY), lambda: os.dup(1), os.pipe, lambda: os.open("f", os.O_CREAT | os.O_WRONLY), lambda: os.open(".", os.O_RDONLY)):
    try:
        while len(kept) < 100_000:
            kept.append(way())
    except OSError as error:
        print(error.strerror)
print(len(kept) < 2_000)
for item in kept:
    for fd in item if isinstance(item, tuple) else (item,):
        os.close(fd)
os.unlink("f") if os.path.exists("f") else None
print("alive")
