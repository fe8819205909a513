# expect: success error memory_exceeded timeout
# timeout: 20
"""A last value of two hundred megabytes and a million parts."""

[list(range(10)) for _ in range(300_000)] + ["x" * 150_000_000]
