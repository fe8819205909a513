"""Data classes, properties and slots: shapes are measured and moved."""

from dataclasses import dataclass


@dataclass
class Point:
    x: float
    y: float

    def moved(self, dx, dy):
        return Point(self.x + dx, self.y + dy)


@dataclass(order=True)
class Box:
    low: Point
    high: Point

    @property
    def width(self):
        return self.high.x - self.low.x

    @property
    def height(self):
        return self.high.y - self.low.y

    @property
    def area(self):
        return self.width * self.height


class Cell:
    __slots__ = ("box", "weight")

    def __init__(self, box, weight):
        self.box = box
        self.weight = weight


def run():
    cells = [Cell(Box(Point(i, i / 2), Point(i + 3, i + 2)), i % 5) for i in range(4_000)]
    total = 0.0
    for _ in range(10):
        for cell in cells:
            cell.box = Box(cell.box.low.moved(1, 0.5), cell.box.high.moved(1, 0.5))
            total += cell.box.area * cell.weight
    return round(total, 3)
