# expect: error memory_exceeded timeout
# timeout: 10
"""An exception of a hundred megabytes, with a chain of ten thousand causes and a huge group."""

error = None
for n in range(10_000):
    new = ValueError("x" * 100)
    new.__cause__ = error
    error = new
group = ExceptionGroup("g" * 1000, [ValueError("y" * 1_000_000) for _ in range(50)] + [error])
group.add_note("n" * 50_000_000)
raise group
