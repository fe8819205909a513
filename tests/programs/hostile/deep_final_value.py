# expect: success error crashed memory_exceeded timeout
# timeout: 10
"""The last expression is nested two hundred thousand deep."""

value = []
for _ in range(200_000):
    value = [value]
value
