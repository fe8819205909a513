# expect: success error crashed memory_exceeded timeout
# timeout: 10
"""Generators inside generators, and chains of iterators, a hundred thousand deep."""

import itertools


def wrap(inner):
    yield from inner


g = iter([1])
for _ in range(100_000):
    g = wrap(g)
try:
    next(g)
except RecursionError:
    print("recursion")
del g
for make in (itertools.chain, lambda i: map(str, i), lambda i: filter(None, i), zip, enumerate, reversed if False else iter):
    c = iter([1])
    for _ in range(200_000):
        c = make(c)
    try:
        next(c)
    except (RecursionError, StopIteration):
        print("end")
    del c
print("alive")
