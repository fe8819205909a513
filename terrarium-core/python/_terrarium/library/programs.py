"""`subprocess`: every program is one that is not there, except pip, which runs without a process."""

from __future__ import annotations

import errno
import os

from _terrarium.disguise import disguise
from _terrarium.library.system import refuse_program
from _terrarium.pristine import BUILTINS, load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

__builtins__ = BUILTINS

# The most bytes that pip writes: those that a pipe holds.
_PIPE = 1 << 16


def _check_folder(cwd: Any) -> None:
    """Raise the error of a program's start in a folder that does not exist: its file is the folder."""
    try:
        wrong = not os.path.isdir(cwd)
        os.stat(cwd)
    except OSError as error:
        raise type(error)(error.errno, error.strerror, cwd) from None
    if wrong:
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), cwd)


def _pip(words: list[Any], executable: Any, shell: bool) -> list[str] | None:
    """Return the arguments of a command that is pip, which works without a process."""
    texts = [os.fsdecode(word) for word in words]
    installs = load("_terrarium.library.installs")
    found: list[str] | None = installs.shell_words(texts[0]) if shell else installs.pip_words(texts)
    return found if executable is None or not shell else None


def _run_pip(process: Any, arguments: list[str], pipes: tuple[int, ...]) -> None:
    """Run pip as if it were a process that has ended; `pipes` are both ends of the pipes of its streams, or -1."""
    status, *texts = load("_terrarium.library.installs").run_pip(arguments)
    for text, descriptor, usual in zip(texts, (pipes[3], pipes[5]), (1, 2), strict=True):
        rest = text.encode(errors="replace")[:_PIPE]
        try:
            while rest:
                rest = rest[os.write(usual if descriptor == -1 else descriptor, rest) :]
        except OSError:
            # As for a process whose reader is gone.
            pass
    process.pid = os.getpid() + 1
    process.returncode = status
    process._child_created = True
    process._close_pipe_fds(*pipes)


def change(module: Any) -> None:
    """Change `subprocess`."""

    def _execute_child(self: Any, args: Any, executable: Any, *rest: Any) -> None:
        cwd, shell = rest[3], rest[7]
        words = [args] if isinstance(args, (str, bytes, os.PathLike)) else list(args)
        program = executable
        if executable is None:
            program = "/bin/sh" if shell else words[0]
        for word in (program, *words):
            if b"\0" in os.fsencode(word):
                raise ValueError("embedded null byte")
        if cwd is not None:
            _check_folder(cwd)
        arguments = _pip(words, executable, shell)
        if arguments is None:
            refuse_program(os.fsdecode(program))
        _run_pip(self, arguments, rest[8:14])

    # The arguments are checked, and the pipes made and closed, before the child is refused.
    module._can_fork_exec = True
    _execute_child.__module__, _execute_child.__qualname__ = module.__name__, "Popen._execute_child"
    module.Popen._execute_child = _execute_child


def change_terminals(module: Any) -> None:
    """Change `pty`, which would make a terminal before it starts the program."""
    real = module.spawn

    def spawn(argv: Any, master_read: Any = None, stdin_read: Any = None) -> NoReturn:
        words = (argv,) if isinstance(argv, str) else argv
        refuse_program(words[0])

    def fork() -> tuple[int, int]:
        return os.forkpty()

    module.spawn = disguise(spawn, real)
    module.fork = disguise(fork, module.fork)
