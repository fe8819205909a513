# expect: success error crashed memory_exceeded timeout
# timeout: 10
"""setrecursionlimit(10**9) and endless recursion through C: map, sorted keys, functools.partial, format."""

import functools
import sys

sys.setrecursionlimit(10**9)


def f(x):
    return list(map(f, [x]))


try:
    f(0)
except (RecursionError, MemoryError) as error:
    print(type(error).__name__)
p = functools.partial(len)
for _ in range(300_000):
    p = functools.partial(functools.partial, p) if False else functools.reduce(lambda a, b: a, [p, p])


class K:
    def __lt__(self, other):
        return sorted([K(), K()])


sorted([K(), K()])
