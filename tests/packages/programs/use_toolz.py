# /// script
# dependencies = ["toolz"]
# ///
"""Functions of functions, of iterables and of dictionaries."""

from toolz import compose, curry, groupby, merge_with, pipe, sliding_window, valmap


@curry
def add(a, b):
    return a + b


assert pipe([1, 2, 3], lambda v: map(add(10), v), list) == [11, 12, 13] and compose(str, abs)(-5) == "5"
assert groupby(len, ["a", "bb", "c"]) == {1: ["a", "c"], 2: ["bb"]} and valmap(len, {"k": "ab"}) == {"k": 2}
assert merge_with(sum, {"a": 1}, {"a": 2}) == {"a": 3} and list(sliding_window(2, [1, 2, 3])) == [(1, 2), (2, 3)]
