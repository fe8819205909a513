# expect: timeout memory_exceeded error success
# timeout: 1
"""One multiplication that takes very long."""

2 ** (10**9)
x = 3 ** (10**8)
str(x)
