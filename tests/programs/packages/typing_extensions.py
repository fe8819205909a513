# packages: typing-extensions
# works: yes
"""Newer typing features, at run time."""

from typing_extensions import Annotated, NotRequired, Protocol, TypedDict, deprecated, get_type_hints, is_typeddict, override, runtime_checkable


class Movie(TypedDict):
    title: str
    year: NotRequired[int]


@runtime_checkable
class Named(Protocol):
    name: str


class Thing:
    name = "x"

    @override
    def __str__(self):
        return "thing"


@deprecated("use another")
def old():
    pass


print(Movie.__required_keys__, Movie.__optional_keys__, is_typeddict(Movie), isinstance(Thing(), Named), isinstance(1, Named))
print(get_type_hints(Movie), Thing.__str__.__override__, old.__deprecated__, Annotated[int, "m"].__metadata__)
