"""pyeryx: CPython for WASI in wasmtime."""

import sys
from importlib.metadata import version

import eryx
import protocol


class Eryx(protocol.Peer):
    """A sandbox for the fresh runs, sessions for the live ones."""

    def __init__(self) -> None:
        self.sandbox: eryx.Sandbox | None = None
        self.session: eryx.Session | None = None
        self.held: list[eryx.Session] = []

    def about(self) -> dict[str, str]:
        return {
            "pyeryx": version("pyeryx"),
            "Python": self.fresh("import sys; print(sys.version.split()[0])", []).strip(),
        }

    def fresh(self, code: str, packages: list[str]) -> str:
        if packages:
            raise protocol.CannotError("there are no builds of numpy, pandas and matplotlib for it")
        self.sandbox = self.sandbox or eryx.Sandbox()
        return str(self.sandbox.execute(code).stdout_text)

    def live(self) -> "eryx.Session":
        """The live interpreter."""
        self.session = self.session or eryx.Session()
        return self.session

    def evaluate(self, code: str) -> object:
        return self.live().execute(f"result = {code}").result

    def run(self, code: str) -> str:
        return str(self.live().execute(code).stdout_text)

    def hold(self, count: int) -> None:
        for _ in range(count):
            session = eryx.Session()
            session.execute("0")
            self.held.append(session)


if sys.argv[1] == "cold":
    # A shorter way that needs no session.
    print(eryx.Sandbox().execute("print(1 + 1)").stdout_text, end="", flush=True)
else:
    protocol.main(Eryx())
