"""`subprocess`: every program is one that is not there."""

from __future__ import annotations

import os

from _terrarium.library.system import refuse_program
from _terrarium.pristine import BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

__builtins__ = BUILTINS


def change(module: Any) -> None:
    """Change `subprocess`."""

    def _execute_child(_self: Any, args: Any, executable: Any, *rest: Any) -> NoReturn:
        if executable is None and rest[7]:
            executable = "/bin/sh"
        elif executable is None:
            executable = args if isinstance(args, (str, bytes, os.PathLike)) else next(iter(args))
        refuse_program(os.fsdecode(executable))

    # The arguments are checked, and the pipes made and closed, before the child is refused.
    module._can_fork_exec = True
    _execute_child.__module__, _execute_child.__qualname__ = module.__name__, "Popen._execute_child"
    module.Popen._execute_child = _execute_child
