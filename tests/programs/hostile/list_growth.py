# expect: memory_exceeded timeout
# timeout: 20
# memory: 128MiB
# session: reset
"""A list that grows, with every exception swallowed and kept."""

kept = []
while True:
    try:
        while True:
            kept.append([object() for _ in range(10_000)])
    except MemoryError as error:
        kept.append(error)
        raise
