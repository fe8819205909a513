# expect: success memory_exceeded error
# timeout: 10
"""One print of a hundred million characters."""

print("x" * 100_000_000)
