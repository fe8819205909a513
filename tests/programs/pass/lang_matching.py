# native: yes
"""Structural pattern matching over literals, sequences, mappings, classes and guards."""

from dataclasses import dataclass


@dataclass
class Point:
    x: int
    y: int


def describe(value):
    match value:
        case 0 | None:
            return "nothing"
        case bool():
            return "bool"
        case int(n) if n > 100:
            return "big"
        case int() | float():
            return "number"
        case str() as text if text.isupper():
            return f"shout {text}"
        case [first, *_, last]:
            return f"from {first} to {last}"
        case [only]:
            return f"just {only}"
        case {"kind": "move", "to": Point(x=0, y=y)}:
            return f"on the axis at {y}"
        case {"kind": kind, **rest}:
            return f"{kind} {rest}"
        case Point(x, y):
            return f"{x}/{y}"
        case _:
            return "other"


for value in (0, None, True, 101, 2.5, "HI", "hi", [1, 2, 3], [9], {"kind": "move", "to": Point(0, 4)},
              {"kind": "stop", "now": 1}, Point(1, 2), object):
    print(describe(value))
