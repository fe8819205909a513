"""The Python package of this library: its folder is the second argument, a folder of wheels the third."""

import sys
from typing import Any

import protocol

sys.path.insert(0, sys.argv[2])

import terrarium


class TerrariumPeer(protocol.Peer):
    """A sandbox for each set of packages."""

    def __init__(self) -> None:
        self.sandboxes: dict[tuple[str, ...], Any] = {}
        self.session: Any = None
        self.held: list[Any] = []

    def about(self) -> dict[str, str]:
        versions = terrarium.about()
        host = ".".join(map(str, sys.version_info[:3]))
        return {"terrarium": versions.terrarium, "the host's Python": host, "Python": versions.python}

    def sandbox(self, packages: list[str]) -> Any:
        """The sandbox with these packages."""
        key = tuple(packages)
        if key not in self.sandboxes:
            options: dict[str, Any] = {"packages": packages, "packages_from": [sys.argv[3]]} if packages else {}
            if packages and sys.argv[1] != "first":
                options["quick_start"] = False
            self.sandboxes[key] = terrarium.Sandbox(**options)
        return self.sandboxes[key]

    def prepare(self, packages: list[str]) -> None:
        self.sandbox(packages)

    def fresh(self, code: str, packages: list[str]) -> str:
        printed: str = self.sandbox(packages).execute(code).raise_for_status().stdout
        return printed

    def live(self) -> Any:
        """The live interpreter."""
        self.session = self.session or self.sandbox([]).session()
        return self.session

    def evaluate(self, code: str) -> object:
        # For the time to the first result, nothing is kept.
        work = self.sandbox([]) if sys.argv[1] == "cold" else self.live()
        return work.execute(code).raise_for_status().final_repr

    def run(self, code: str) -> str:
        printed: str = self.live().execute(code).raise_for_status().stdout
        return printed

    def hold(self, count: int) -> None:
        for _ in range(count):
            self.held.append(self.sandbox([]).session())
            self.held[-1].execute("0").raise_for_status()


protocol.main(TerrariumPeer())
