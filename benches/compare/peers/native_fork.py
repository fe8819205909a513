"""CPython, forked: each fresh run is a copy of this process, which has imported the packages already."""

import importlib
import os
import platform

import protocol

MODULES = {"numpy": "numpy", "pandas": "pandas", "matplotlib": "matplotlib.pyplot"}


def run_and_leave(code: str, output: int) -> None:
    """Run the code in a forked process."""
    status = 1
    try:
        os.dup2(output, 1)
        exec(compile(code, "main", "exec"), {"__name__": "__main__"})
        status = 0
    finally:
        # Not with `sys.exit`, which would unwind into the server's code.
        with open(1, "w", closefd=False) as stdout:
            stdout.flush()
        os._exit(status)


class Forked(protocol.Peer):
    """Copies of a warm process."""

    def __init__(self) -> None:
        self.reader, self.writer = os.pipe()

    def about(self) -> dict[str, str]:
        return {"CPython": platform.python_version()}

    def fresh(self, code: str, packages: list[str]) -> str:
        for package in packages:
            importlib.import_module(MODULES[package])
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            run_and_leave(f"import sys\n{code}\nsys.stdout.flush()", writer)
        os.close(writer)
        with open(reader) as pipe:
            stdout = pipe.read()
        _, status = os.waitpid(child, 0)
        if status:
            raise RuntimeError(f"the child ended with {status}")
        return stdout

    def hold(self, count: int) -> None:
        for _ in range(count):
            if os.fork() == 0:
                # Until the server, which alone has the other end, has ended.
                os.close(self.writer)
                os.read(self.reader, 1)
                os._exit(0)


protocol.main(Forked())
