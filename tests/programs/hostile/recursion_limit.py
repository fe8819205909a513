# expect: success error crashed memory_exceeded timeout
# timeout: 10
"""setrecursionlimit(10**9) and endless recursion in Python."""

import sys

sys.setrecursionlimit(10**9)


def f(n):
    return f(n + 1)


f(0)
