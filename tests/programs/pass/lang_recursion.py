# native: yes
"""Recursion to ordinary depths works, and endless recursion is an exception that can be caught."""

import functools


def depth(n):
    return 0 if n == 0 else 1 + depth(n - 1)


@functools.lru_cache(maxsize=None)
def paths(x, y):
    return 1 if x == 0 or y == 0 else paths(x - 1, y) + paths(x, y - 1)


def hanoi(n, a="a", b="b", c="c"):
    return [] if n == 0 else hanoi(n - 1, a, c, b) + [(a, c)] + hanoi(n - 1, b, a, c)


def endless():
    return endless()


print(depth(900), paths(20, 20), len(hanoi(10)))
for _ in range(3):
    try:
        endless()
    except RecursionError as error:
        print(str(error).startswith("maximum recursion depth exceeded"))
