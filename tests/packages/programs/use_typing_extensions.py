# /// script
# dependencies = ["typing-extensions"]
# ///
"""Newer types, at run time."""

from typing_extensions import Annotated, TypedDict, Unpack, deprecated, get_type_hints, override, runtime_checkable, Protocol


class Movie(TypedDict, total=False):
    name: str
    year: Annotated[int, "positive"]


@runtime_checkable
class Closes(Protocol):
    def close(self) -> None: ...


assert get_type_hints(Movie, include_extras=True)["year"].__metadata__ == ("positive",)
assert Movie.__optional_keys__ == {"name", "year"}
assert isinstance(open("f", "w"), Closes) and not isinstance(1, Closes)
assert override(len) is len and Unpack is not None and deprecated("no")(lambda: 1).__deprecated__ == "no"
