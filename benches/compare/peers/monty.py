"""pydantic-monty: a separate interpreter for a part of Python, in worker processes."""

from contextlib import ExitStack
from importlib.metadata import version

import protocol
from pydantic_monty import CollectString, Monty, MontySession

MOST_WORKERS = 64


class MontyPeer(protocol.Peer):
    """A pool of workers: a fresh run is a session in one of them."""

    def __init__(self, stack: ExitStack) -> None:
        self.stack = stack
        self.pool = stack.enter_context(Monty(max_processes=MOST_WORKERS))
        self.session: MontySession | None = None

    def about(self) -> dict[str, str]:
        return {"pydantic-monty": version("pydantic-monty")}

    def fresh(self, code: str, packages: list[str]) -> str:
        if packages:
            raise protocol.CannotError("it has no packages")
        printed = CollectString()
        with self.pool.checkout() as session:
            session.feed_run(code, print_callback=printed)
        return str(printed.output)

    def live(self) -> "MontySession":
        """The live interpreter."""
        self.session = self.session or self.stack.enter_context(self.pool.checkout())
        return self.session

    def evaluate(self, code: str) -> object:
        return self.live().feed_run(code)

    def run(self, code: str) -> str:
        printed = CollectString()
        self.live().feed_run(code, print_callback=printed)
        return str(printed.output)

    def hold(self, count: int) -> None:
        for _ in range(count):
            self.stack.enter_context(self.pool.checkout()).feed_run("0")


with ExitStack() as stack:
    protocol.main(MontyPeer(stack))
