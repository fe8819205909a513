# /// script
# dependencies = ["multidict"]
# ///
"""Dictionaries with several values for a key, with and without case."""

from multidict import CIMultiDict, MultiDict, MultiDictProxy

values = MultiDict([("a", 1), ("b", 2), ("a", 3)])
assert values.getall("a") == [1, 3] and values["a"] == 1 and len(values) == 3
headers = CIMultiDict(Accept="x")
headers.add("ACCEPT", "y")
assert headers.getall("accept") == ["x", "y"] and MultiDictProxy(values).get("c", 9) == 9
