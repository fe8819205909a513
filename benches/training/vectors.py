"""Classes with operators, properties, descriptors, class methods, abstract bases and context managers."""

from abc import ABC, abstractmethod
from contextlib import contextmanager, suppress
from enum import Enum, Flag


class Positive:
    def __set_name__(self, owner, name):
        self.name = "_" + name

    def __get__(self, instance, owner=None):
        return self if instance is None else getattr(instance, self.name)

    def __set__(self, instance, value):
        if value < 0:
            raise ValueError(value)
        setattr(instance, self.name, value)


class Vector:
    __slots__ = ("x", "y")

    def __init__(self, x, y):
        self.x, self.y = x, y

    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y)

    def __mul__(self, number):
        return Vector(self.x * number, self.y * number)

    __rmul__ = __mul__

    def __eq__(self, other):
        return isinstance(other, Vector) and (self.x, self.y) == (other.x, other.y)

    def __hash__(self):
        return hash((self.x, self.y))

    def __lt__(self, other):
        return self.length < other.length

    def __iter__(self):
        yield self.x
        yield self.y

    @property
    def length(self):
        return (self.x * self.x + self.y * self.y) ** 0.5


class Colour(Enum):
    RED = 1
    BLUE = 2


class Right(Flag):
    READ = 1
    WRITE = 2


class Shape(ABC):
    weight = Positive()
    made = 0

    def __init__(self, weight, *corners, colour=Colour.RED):
        self.weight = weight
        self.corners = corners
        self.colour = colour

    @classmethod
    def unit(cls, weight):
        cls.made += 1
        return cls(weight, Vector(0, 0), Vector(1, 1), colour=Colour(weight % 2 + 1))

    @abstractmethod
    def area(self):
        """The size of what it covers."""


class Square(Shape):
    def area(self):
        (left, low), (right, high) = self.corners
        return (right - left) * (high - low) * self.weight


class Double(Square):
    def area(self):
        return 2 * super().area()


@contextmanager
def counting(log, name):
    log[name] = log.get(name, 0) + 1
    try:
        yield log
    finally:
        log["left"] = log.get("left", 0) + 1


def run():
    log, total, vectors = {}, 0, set()
    for i in range(15_000):
        shape = (Square if i % 2 else Double).unit(i % 9)
        with counting(log, shape.colour.name), suppress(ValueError):
            total += shape.area()
            shape.weight = (i % 4) - 1
        rights = Right.READ | (Right.WRITE if i % 3 else Right.READ)
        total += Right.WRITE in rights
        vectors.add(2 * Vector(i % 40, i % 7) + Vector(1, 1) * 3)
    return total, sorted(log.items()), len(vectors), tuple(max(vectors))
