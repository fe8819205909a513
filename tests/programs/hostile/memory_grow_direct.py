# expect: success error crashed memory_exceeded
# timeout: 10
# memory: 128MiB
"""Maps memory directly, over and over."""

import mmap

kept = []
try:
    while True:
        kept.append(mmap.mmap(-1, 16 << 20))
except (MemoryError, OSError, ValueError, OverflowError) as error:
    print(type(error).__name__, len(kept))
for size in (2**31, 2**32 - 1, 2**40, -1, 0):
    try:
        mmap.mmap(-1, size)
    except (MemoryError, OSError, ValueError, OverflowError) as error:
        print(type(error).__name__)
print("alive")
