"""CPython itself: a process for each fresh run, and a kept process for a live interpreter."""

import json
import platform
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import protocol


class Child:
    """A live interpreter: a process that receives requests over pipes."""

    def __init__(self) -> None:
        command = [sys.executable, "-I", str(Path(__file__).with_name("native_child.py"))]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.ask("0")

    def ask(self, code: str) -> dict[str, Any]:
        """Run code or evaluate an expression."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(code) + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        if answer["failed"]:
            raise RuntimeError(answer["failed"])
        return answer


class Native(protocol.Peer):
    """CPython in processes."""

    def __init__(self) -> None:
        self.child: Child | None = None
        self.held: list[Child] = []

    def about(self) -> dict[str, str]:
        optimised = "--enable-optimizations" in str(sysconfig.get_config_var("CONFIG_ARGS"))
        profiled = "profile-guided build" if optimised else "not a profile-guided build"
        return {"CPython": f"{platform.python_version()} ({profiled})"}

    def fresh(self, code: str, packages: list[str]) -> str:
        del packages  # they are in the environment
        command = [sys.executable, "-I", "-c", code]
        return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True).stdout

    def live(self) -> Child:
        """The live interpreter."""
        self.child = self.child or Child()
        return self.child

    def evaluate(self, code: str) -> object:
        return self.live().ask(code)["value"]

    def run(self, code: str) -> str:
        return str(self.live().ask(code)["stdout"])

    def hold(self, count: int) -> None:
        self.held += [Child() for _ in range(count)]


protocol.main(Native())
