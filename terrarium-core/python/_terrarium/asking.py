"""Standard input that the host is asked for: `input` and `getpass` announce their prompts to it."""

from __future__ import annotations

import builtins
import sys

from _terrarium import streams
from _terrarium.disguise import disguise, replace
from _terrarium.pristine import BUILTINS, load
from _terrarium.wire import channel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

__builtins__ = BUILTINS

# The request to the host.
_ASK = 0x740A

_input: Any = builtins.input
# Whether the host takes prompts, as it has said at the first use of the present input.
_takes_prompts = False


def _announce(prompt: str, echo: bool) -> bool:
    """Announce the next read to the host. Returns whether the host takes prompts."""
    text = prompt.encode("utf-8", "backslashreplace")
    argument = echo.to_bytes(4, "little") + len(text).to_bytes(4, "little") + text
    try:
        load("fcntl").ioctl(channel.descriptor, _ASK, argument if len(argument) <= _SMALL else bytearray(argument))
    except OSError:
        return False
    return True


# The most bytes that `ioctl` takes in an immutable buffer.
_SMALL = 1024


def _asks() -> bool:
    """Whether reads of `sys.stdin` ask the host, and prompts reach it."""
    global _takes_prompts
    raw = streams.input_file()
    if raw is None or sys.__dict__.get("stdin") is not streams.own("stdin"):
        return False
    if not raw.touched:
        _takes_prompts = channel.descriptor >= 0 and _announce("", True)
    return _takes_prompts


def _ask(prompt: object, echo: bool) -> str:
    stdout = sys.__dict__.get("stdout")
    text = str(prompt)
    if stdout is not None:
        stdout.flush()
    _announce(text, echo)
    line: str = _input()
    # A line that was there already needed no request.
    _announce("", True)
    return line


def input(prompt: object = "", /) -> str:  # noqa: A001, the name of the original
    if not _asks():
        line: str = _input(prompt)
        return line
    return _ask(prompt, True)


def change_input() -> None:
    """Change the function `input`, for a run whose host is asked. It stays, and is the real one for other runs."""
    replace(builtins, input)


def change_getpass(module: ModuleType) -> None:
    """Change `getpass.getpass`."""
    real = module.getpass

    def getpass(prompt: object = "Password: ", stream: Any = None, **options: Any) -> Any:
        if not _asks():
            return real(prompt, stream, **options)
        return _ask(prompt, False)

    module.getpass = disguise(getpass, real)  # type: ignore[attr-defined]
