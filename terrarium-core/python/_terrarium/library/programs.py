"""`subprocess`: every program is one that is not there."""

from __future__ import annotations

import errno
import os

from _terrarium.disguise import disguise
from _terrarium.library.system import refuse_program
from _terrarium.pristine import BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

__builtins__ = BUILTINS


def _check_folder(cwd: Any) -> None:
    """Raise the error of a program's start in a folder that does not exist: its file is the folder."""
    try:
        wrong = not os.path.isdir(cwd)
        os.stat(cwd)
    except OSError as error:
        raise type(error)(error.errno, error.strerror, cwd) from None
    if wrong:
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), cwd)


def change(module: Any) -> None:
    """Change `subprocess`."""

    def _execute_child(_self: Any, args: Any, executable: Any, *rest: Any) -> NoReturn:
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
        refuse_program(os.fsdecode(program))

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
