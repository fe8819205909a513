"""Events of a run, told while its code runs, and requests for input.

This module is imported when the first of them is needed, like that of the records.
"""

from __future__ import annotations

from codecs import getincrementaldecoder
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from terrarium._json import loads
from terrarium._records import Display, HostCall, Progress, parsed, record

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class InputRequest:
    """A request of the code for input: it reads, and nothing is left. As text it is its prompt.

    >>> terrarium.Sandbox().execute("input('name? ')", stdin=lambda request: request.prompt.upper()).final_expression
    'NAME? '
    """

    prompt: str
    """The text of `input(prompt)` or `getpass(prompt)`; empty for other reads."""
    echo: bool
    """Whether typed text may be shown: false for `getpass`."""

    def __str__(self) -> str:
        """Return the prompt, so that `stdin=input` works."""
        return self.prompt


@dataclass(frozen=True, slots=True)
class OutputEvent:
    """A piece of the standard output or error."""

    type: Literal["stdout", "stderr"]
    """The stream."""
    data: bytes
    """The bytes."""
    text: str
    """The bytes as text; a character whose bytes come in two pieces is in the second one."""


@dataclass(frozen=True, slots=True)
class DisplayEvent:
    """A new display, or the new content of the displays with its `id`."""

    type: Literal["display", "update"]
    """Whether it is a new display or an update."""
    display: Display
    """The display."""


@dataclass(frozen=True, slots=True)
class ClearEvent:
    """The output so far is discarded, as by `clear_output` in a notebook."""

    type: Literal["clear"]
    """The type."""
    wait: bool
    """Whether the output stays until there is more."""


@dataclass(frozen=True, slots=True)
class CallEvent:
    """The begin of a call of a host function, or its end."""

    type: Literal["call_begun", "call_ended"]
    """The begin or the end."""
    id: int
    """The number of the call in its run."""
    name: str
    """The name of the function, with that of its module."""
    call: HostCall | None
    """The call at its end."""


@dataclass(frozen=True, slots=True)
class ProgressEvent:
    """A step of the host's work for the run, such as the installation of packages."""

    type: Literal["progress"]
    """The type."""
    progress: Progress
    """The step."""


Event: TypeAlias = OutputEvent | DisplayEvent | ClearEvent | CallEvent | ProgressEvent
"""A step of a run, told while its code runs: text, displays and progress in their order."""


class EventReader:
    """Makes events of the news of the native module, and passes them on."""

    def __init__(self, receive: Callable[[Event], object]) -> None:
        self._receive = receive
        make = getincrementaldecoder("utf-8")
        self._decoders = {"stdout": make("replace"), "stderr": make("replace")}

    def __call__(self, kind: str, content: Any) -> None:
        event = self._event(kind, content)
        if event is not None:
            self._receive(event)

    def _event(self, kind: Any, content: Any) -> Event | None:
        if kind in self._decoders:
            return OutputEvent(kind, content, self._decoders[kind].decode(content))
        if kind in {"display", "update"}:
            return DisplayEvent(kind, display_of(loads(content)))
        if kind == "clear":
            return ClearEvent("clear", content)
        if kind == "call_begun":
            begun = loads(content)
            return CallEvent("call_begun", int(begun["id"]), begun["name"], None)
        if kind == "call_ended":
            call = HostCall(**loads(content))
            return CallEvent("call_ended", call.id, call.name, call)
        if kind == "progress":
            return ProgressEvent("progress", parsed(Progress, content))
        return None


class DisplayReader:
    """Passes on the displays of the native module."""

    def __init__(self, receive: Callable[[Display], object]) -> None:
        self._receive = receive

    def __call__(self, _kind: str, content: str) -> None:
        self._receive(display_of(loads(content)))


def display_of(members: dict[str, Any]) -> Display:
    """Return a display from parsed JSON."""
    return record(Display, {"id": None, **members})
