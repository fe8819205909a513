# expect: memory_exceeded error timeout
# timeout: 20
# memory: 128MiB
"""An integer of a billion bits, shifted and multiplied."""

x = 1 << 10**9
y = x << 10**9
print(y * y)
