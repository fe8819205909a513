"""Packages that a program installs while it runs: a request to the host, which the option `install` permits or not."""

from __future__ import annotations

import errno
import sys
from fcntl import ioctl

from _terrarium.pristine import BUILTINS, load
from _terrarium.wire import channel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

__builtins__ = BUILTINS

# The request to the host, and the bytes of its buffer.
_SUPPLY = 0x7409
_CAPACITY = 1 << 17
# The names of the program.
_HERE = __file__.rpartition("/")[0]
_PROGRAMS = ("pip", "pip3", "pip3.14")


class Refused(Exception):
    """The reason why nothing was installed, with the name of its kind."""

    def __init__(self, text: str, code: str) -> None:
        super().__init__(text)
        self.code = code


def install(requirements: Sequence[str], prereleases: bool = False) -> tuple[list[str], list[str]]:
    """Install packages; return the new ones and those that were there, as `name==version`.

    Raises `Refused`; then nothing is installed.
    """
    json = load("json")
    text = json.dumps({"requirements": list(requirements), "prereleases": prereleases}).encode()
    if len(text) > _CAPACITY:
        raise Refused(f"the requirements have {len(text)} bytes, the limit is {_CAPACITY}", "install_limit")
    buffer = bytearray(_CAPACITY + 8)
    buffer[:8] = _CAPACITY.to_bytes(4, "little") + len(text).to_bytes(4, "little")
    buffer[8 : 8 + len(text)] = text
    try:
        ioctl(channel.descriptor, _SUPPLY, buffer)
    except OSError as error:
        if error.errno == errno.EINTR:
            raise
        reason = "packages cannot be installed here, such as while an image is made"
        raise Refused(reason, "install") from None
    answer: dict[str, Any] = json.loads(buffer[8 : 8 + int.from_bytes(buffer[4:8], "little")])
    if answer["code"]:
        raise Refused(answer["error"], answer["code"])
    # Directories that the import system has listed before.
    load("importlib").invalidate_caches()
    return answer["installed"], answer["satisfied"]


def pip_words(words: Sequence[str]) -> list[str] | None:
    """Return pip's arguments in the words of a command, or None if the command is another program."""
    program = words[0].rpartition("/")[2] if words else None
    if program in _PROGRAMS:
        return list(words[1:])
    if program == "uv" and list(words[1:2]) == ["pip"]:
        return list(words[2:])
    if program is not None and (program in ("", "py") or program.startswith("python") or words[0] == sys.executable):
        # Flags of the interpreter have no effect on pip.
        rest = list(words[1:])
        while rest and rest[0] in ("-u", "-I", "-E", "-s", "-S", "-B", "-q"):
            del rest[0]
        if rest[:2] == ["-m", "pip"]:
            return rest[2:]
    return None


def shell_words(command: str) -> list[str] | None:
    """Return pip's arguments in a command of a shell, or None if it is another program or more than one."""
    shlex = load("shlex")
    try:
        lexer = shlex.shlex(command, posix=True, punctuation_chars="|&;()")
        lexer.whitespace_split = True
        words = list(lexer)
    except ValueError:
        return None
    if any(word and not word.strip("|&;()") for word in words):
        return None
    return pip_words(words)


def run_pip(arguments: Sequence[str]) -> tuple[int, str, str]:
    """Run pip with arguments; return its exit status and what it writes to both streams."""
    out: list[str] = []
    err: list[str] = []
    status: int = load("_terrarium.library.pip").run(list(arguments), out.append, err.append)
    return status, "".join(line + "\n" for line in out), "".join(line + "\n" for line in err)


def magic(arguments: str) -> None:
    """Run pip for a command of a notebook: errors are shown, and the program continues."""
    shlex = load("shlex")
    try:
        words = shlex.split(arguments, comments=True)
    except ValueError:
        words = arguments.split()
    _, out, err = run_pip(words)
    for stream, text in ((sys.stdout, out), (sys.stderr, err)):
        if stream is not None:
            stream.write(text)


def change_micropip(module: Any) -> None:
    """Let the package micropip install and list as the module that stands in for it does."""
    if not hasattr(module, "PackageMetadata"):
        loader = load("importlib.util").spec_from_file_location("micropip", f"{_HERE}/modules/micropip.py").loader
        own = type(sys)("micropip")
        loader.exec_module(own)
        module.install, module.list = own.install, own.list
