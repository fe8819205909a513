# native: yes
"""dataclasses and enum."""

import dataclasses
import enum
from dataclasses import dataclass, field


@dataclass(order=True, frozen=True)
class Item:
    sort: int = field(init=False, repr=False)
    name: str
    price: float = 1.0
    tags: list = field(default_factory=list, compare=False)

    def __post_init__(self):
        object.__setattr__(self, "sort", len(self.name))


@dataclass(slots=True, kw_only=True)
class Child:
    a: int
    b: int = 2


print(Item("bb"), Item("a") < Item("bb"), dataclasses.asdict(Item("x", tags=[1])), dataclasses.replace(Item("x"), price=3))
print([f.name for f in dataclasses.fields(Item)], hash(Item("x")) == hash(Item("x")), Child(a=1), dataclasses.astuple(Child(a=1)))
try:
    Item("x").name = "y"
except dataclasses.FrozenInstanceError as error:
    print(error)
print(dataclasses.make_dataclass("Made", [("x", int)])(5))


class Color(enum.Enum):
    RED = 1
    GREEN = enum.auto()
    CRIMSON = 1

    @property
    def lower(self):
        return self.name.lower()


class Perm(enum.Flag):
    R = 4
    W = 2
    X = 1


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


class Name(enum.StrEnum):
    A = enum.auto()


print(list(Color), Color.CRIMSON is Color.RED, Color("GREEN".lower() and 2), Color["RED"].lower, Color.RED.value)
print(Perm.R | Perm.W, Perm.R in (Perm.R | Perm.X), ~Perm.R, Level.HIGH > 1, Level.LOW + 1, f"{Name.A}", sorted(Level, reverse=True))
try:
    Color(9)
except ValueError as error:
    print(error)
