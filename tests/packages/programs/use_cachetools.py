# /// script
# dependencies = ["cachetools"]
# ///
"""Caches by use, by time and of functions."""

from cachetools import LRUCache, TTLCache, cached
from cachetools.keys import hashkey

cache = LRUCache(maxsize=2)
cache.update(a=1, b=2)
cache["a"]
cache["c"] = 3
assert sorted(cache) == ["a", "c"]
now = [0]
timed = TTLCache(10, ttl=5, timer=lambda: now[0])
timed["x"] = 1
now[0] = 6
assert "x" not in timed
calls = []


@cached(LRUCache(8), key=lambda n: hashkey(n % 3))
def work(n):
    calls.append(n)
    return n


assert [work(n) for n in range(5)] == [0, 1, 2, 0, 1] and calls == [0, 1, 2]
