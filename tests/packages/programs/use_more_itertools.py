# /// script
# dependencies = ["more-itertools"]
# ///
"""Windows, chunks, groups and sums of iterables."""

import more_itertools as mit

assert list(mit.chunked(range(5), 2)) == [[0, 1], [2, 3], [4]]
assert list(mit.windowed([1, 2, 3], 2)) == [(1, 2), (2, 3)]
assert mit.bucket("aab", key=str).__iter__ and mit.one([5]) == 5 and mit.ilen(iter("abc")) == 3
assert list(mit.collapse([1, [2, [3]]])) == [1, 2, 3] and list(mit.split_at("a-b", lambda c: c == "-")) == [["a"], ["b"]]
peek = mit.peekable([1, 2])
assert peek.peek() == 1 and list(peek) == [1, 2]
