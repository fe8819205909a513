# expect: timeout memory_exceeded success error crashed
# timeout: 3
# memory: 96MiB
# session: reset
"""Takes all memory, swallows the MemoryError, and continues to try."""

kept = []
while True:
    try:
        while True:
            kept.append(bytearray(100_000))
            kept.append("x" * 1000)
    except BaseException:
        pass
