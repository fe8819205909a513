"""The protocol between `cargo xtask compare` and a peer, for the peers that are driven from Python.

A peer is a program. Started with `cold` it evaluates `1 + 1` in its interpreter, prints the value and ends. Started
with `serve` it first prints a line `{"about": {name: version, …}}`, then answers each line of JSON with one:

    {"task": "fresh", "code", "packages": […], "seconds", "most"}   run in a fresh interpreter each time
        {"ms": […], "stdout"}
    {"task": "evaluate", "code", "seconds", "most"}                 evaluate in a live one
        {"ms": […], "value"}
    {"task": "run", "code"}                                         run in a live one
        {"stdout"}
    {"task": "hold", "count"}                                       keep that many live interpreters, idle
        {"held"}

A task is repeated until `seconds` are over or it was done `most` times, at least once. What a peer cannot do it
answers with `{"cannot": reason}`, a failure with `{"failed": reason}`.
"""

import json
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable
from time import perf_counter
from typing import Any


class CannotError(Exception):
    """The peer has no way to do what it was asked for."""


class Peer(ABC):
    """What a peer does; the protocol is done for it."""

    @abstractmethod
    def about(self) -> dict[str, str]:
        """The versions of what is measured."""

    @abstractmethod
    def fresh(self, code: str, packages: list[str]) -> str:
        """Run the code in a fresh interpreter; what it printed."""

    def prepare(self, packages: list[str]) -> None:
        """Make what fresh runs with these packages start from, which is no part of a run."""
        del packages

    def evaluate(self, code: str) -> object:
        """The value of an expression, in the live interpreter."""
        del code
        raise CannotError("it keeps no interpreter alive")

    def run(self, code: str) -> str:
        """Run the code in the live interpreter; what it printed."""
        del code
        raise CannotError("it keeps no interpreter alive")

    @abstractmethod
    def hold(self, count: int) -> None:
        """Keep so many more interpreters alive."""


def main(peer: Peer) -> None:
    """Do what the command line says."""
    if sys.argv[1] == "cold":
        print(peer.evaluate("1 + 1"), flush=True)
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
    """What one request gives."""
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
    """How long each repetition took, in milliseconds, and what the last one gave."""
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
