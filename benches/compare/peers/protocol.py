"""The protocol between `cargo xtask compare` and a peer, for the peers that are driven from Python.

A peer is a program. Started with `cold` it evaluates `1 + 1` in its interpreter, prints the value and ends. Started
with `first`, it runs the program that the last argument names with the science stack, prints its output and ends.
Started with `serve` it first prints a line `{"about": {name: version, …}}`, then answers each line of JSON with one:

    {"task": "fresh", "code", "packages": […], "seconds", "most"}   run in a fresh interpreter each time
        {"ms": […], "stdout"}
    {"task": "evaluate", "code", "seconds", "most"}                 evaluate in a live one
        {"ms": […], "value"}
    {"task": "run", "code"}                                         run in a live one
        {"stdout"}
    {"task": "hold", "count"}                                       keep that many live interpreters, idle
        {"held"}

A task is repeated until `seconds` are over or it was done `most` times, at least once. The peer answers a task that it
does not support with `{"cannot": reason}`, and a failure with `{"failed": reason}`.
"""

import json
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

SCIENCE = ["numpy", "pandas", "matplotlib"]


class CannotError(Exception):
    """The peer does not support the request."""


class Peer(ABC):
    """The operations of a peer; the protocol is implemented here."""

    @abstractmethod
    def about(self) -> dict[str, str]:
        """The versions of the measured software."""

    @abstractmethod
    def fresh(self, code: str, packages: list[str]) -> str:
        """Run the code in a fresh interpreter; return its output."""

    def prepare(self, packages: list[str]) -> None:
        """Make the state from which fresh runs with these packages start; this is no part of a run."""
        del packages

    def evaluate(self, code: str) -> object:
        """Return the value of an expression, in the live interpreter."""
        del code
        raise CannotError("it keeps no interpreter alive")

    def run(self, code: str) -> str:
        """Run the code in the live interpreter; return its output."""
        del code
        raise CannotError("it keeps no interpreter alive")

    @abstractmethod
    def hold(self, count: int) -> None:
        """Keep this many more interpreters alive."""


def main(peer: Peer) -> None:
    """Do the work that the command line requests."""
    if sys.argv[1] == "cold":
        print(peer.evaluate("1 + 1"), flush=True)
        return
    if sys.argv[1] == "first":
        peer.prepare(SCIENCE)
        print(peer.fresh(Path(sys.argv[-1]).read_text(), SCIENCE), end="", flush=True)
        return
    say({"about": peer.about()})
    for line in sys.stdin:
        request = json.loads(line)
        try:
            say(answer(peer, request))
        except CannotError as reason:
            say({"cannot": str(reason)})
        except Exception as error:
            say({"failed": f"{type(error).__name__}: {error}"})


def answer(peer: Peer, request: dict[str, Any]) -> dict[str, Any]:
    """Return the answer to one request."""
    match request["task"]:
        case "fresh":
            peer.prepare(request["packages"])
            ms, stdout = repeated(request, lambda: peer.fresh(request["code"], request["packages"]))
            return {"ms": ms, "stdout": stdout}
        case "evaluate":
            ms, value = repeated(request, lambda: peer.evaluate(request["code"]))
            return {"ms": ms, "value": str(value)}
        case "run":
            return {"stdout": peer.run(request["code"])}
        case "hold":
            peer.hold(request["count"])
            return {"held": request["count"]}
    raise CannotError(f"the task {request['task']!r} is not known")


def repeated(request: dict[str, Any], action: Callable[[], object]) -> tuple[list[float], object]:
    """Return the milliseconds of each repetition, and the result of the last one."""
    ms: list[float] = []
    end = perf_counter() + request["seconds"]
    while True:
        start = perf_counter()
        given = action()
        now = perf_counter()
        ms.append((now - start) * 1000)
        if now >= end or len(ms) >= request["most"]:
            return ms, given


def say(message: dict[str, Any]) -> None:
    """Print one line."""
    print(json.dumps(message), flush=True)
