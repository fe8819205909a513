# /// script
# dependencies = ["jmespath"]
# ///
"""Queries on nested data."""

import jmespath

data = {"people": [{"name": "Ada", "age": 36}, {"name": "Bob", "age": 20}], "n": {"a": 1}}
assert jmespath.search("people[?age > `30`].name", data) == ["Ada"]
assert jmespath.search("sort_by(people, &age)[0].{who: name}", data) == {"who": "Bob"}
assert jmespath.compile("sum(people[].age)").search(data) == 56
try:
    jmespath.compile("people[")
    raise AssertionError("not a query")
except jmespath.exceptions.ParseError:
    pass
