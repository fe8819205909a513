"""Cells of notebooks whose output is kept from the result: `%%capture`."""

from __future__ import annotations

import sys
from io import StringIO

from _terrarium import display
from _terrarium.pristine import BUILTINS, load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__builtins__ = BUILTINS


class RichOutput:
    """A display that was kept from the result."""

    def __init__(self, text: str) -> None:
        self._text = text
        parts = load("json").loads(text)
        self.data: dict[str, Any] = parts["data"]
        self.metadata: dict[str, Any] = parts["metadata"]

    def display(self) -> None:
        """Display it."""
        display.send(self._text)

    def _repr_mimebundle_(self, **_options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        return self.data, self.metadata


class CapturedIO:
    """The output of a cell, which a call writes and displays."""

    def __init__(self, stdout: str, stderr: str, outputs: list[str]) -> None:
        self.stdout = stdout
        self.stderr = stderr
        self.outputs = [RichOutput(text) for text in outputs]

    def show(self) -> None:
        """Write and display the output."""
        sys.stdout.write(self.stdout)
        sys.stderr.write(self.stderr)
        for output in self.outputs:
            output.display()

    __call__ = show

    def __str__(self) -> str:
        return self.stdout


def capture(body: str, number: int, names: dict[str, Any], words: str) -> None:
    """Run the cell below the line `number`, and keep its output in the variable that the words name."""
    options = words.split()
    variable = next((word for word in options if word.isidentifier()), None)
    code = compile("\n" * number + body, sys._getframe(1).f_code.co_filename, "exec", dont_inherit=True)
    streams: dict[str, Any] = {"stdout": StringIO(), "stderr": StringIO()}
    kept = {name: stream for name, stream in streams.items() if f"--no-{name}" not in options}
    outputs: list[str] = []
    before = {name: getattr(sys, name) for name in kept}
    sink = display.kept
    try:
        for name, stream in kept.items():
            setattr(sys, name, stream)
        if "--no-display" not in options:
            display.kept = outputs
        exec(code, names)
        if "matplotlib" in sys.modules:
            load("_terrarium.figures").show_open()
    finally:
        display.kept = sink
        for name, stream in before.items():
            setattr(sys, name, stream)
        if variable is not None:
            names[variable] = CapturedIO(streams["stdout"].getvalue(), streams["stderr"].getvalue(), outputs)
