# native: 3.12
"""Type hints: generics with the new syntax, protocols, TypedDict, NamedTuple, Literal and get_type_hints."""

from typing import Annotated, Literal, NamedTuple, Protocol, TypedDict, get_type_hints, runtime_checkable


class Stack[T]:
    def __init__(self) -> None:
        self.items: list[T] = []

    def push(self, item: T) -> "Stack[T]":
        self.items.append(item)
        return self


type Pair[A] = tuple[A, A]


@runtime_checkable
class Sized(Protocol):
    def size(self) -> int: ...


class Box:
    def size(self) -> int:
        return 3


class Movie(TypedDict, total=False):
    name: str
    year: int


class Point(NamedTuple):
    x: int
    y: int = 0


def first[T](items: list[T], mode: Literal["a", "b"] = "a") -> Annotated[T, "first"]:
    return items[0]


print(Stack[int]().push(1).items, Pair.__name__, Pair.__value__, isinstance(Box(), Sized), isinstance(1, Sized))
print(Movie(name="x"), Point(1), Point(1)._replace(y=5)._asdict(), first([7]))
print(get_type_hints(first), Movie.__annotations__.keys(), list[int] | None)
