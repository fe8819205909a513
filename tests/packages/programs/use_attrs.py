# /// script
# dependencies = ["attrs"]
# ///
"""Classes with checks, converters, order and conversion to dictionaries."""

import attrs


@attrs.define(order=True)
class Point:
    x: int = attrs.field(converter=int)
    y: int = attrs.field(default=0, validator=attrs.validators.ge(0))
    tags: list = attrs.field(factory=list, eq=False)


assert Point("3") < Point(3, 1) and Point(1).tags is not Point(1).tags
assert attrs.asdict(attrs.evolve(Point(1, 2), y=5)) == {"x": 1, "y": 5, "tags": []}
try:
    Point(1, -1)
    raise AssertionError("not valid")
except ValueError:
    pass
assert attrs.make_class("Dynamic", ["a", "b"])(1, 2).b == 2
