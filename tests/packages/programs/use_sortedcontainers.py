# /// script
# dependencies = ["sortedcontainers"]
# ///
"""Sorted lists, dictionaries and sets."""

from sortedcontainers import SortedDict, SortedKeyList, SortedSet

values = SortedKeyList([3, -1, 2], key=abs)
values.add(-2.5)
assert list(values) == [-1, 2, -2.5, 3] and values.bisect_key(2.2) == 2
assert SortedDict(b=2, a=1).peekitem(0) == ("a", 1) and list(SortedSet([3, 1, 2]).irange(2)) == [2, 3]
