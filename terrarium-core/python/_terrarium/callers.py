"""Stacks that programs print, log or inspect, without the frames of the harness.

A frame's `f_back` cannot be changed from Python, so the functions that walk a stack are. Warnings and logging skip the
frames of the import system, by their file names; the functions of the harness have such names too.
"""

from __future__ import annotations

import sys

from _terrarium.disguise import disguise
from _terrarium.pristine import BUILTINS
from _terrarium.stack import HOME, is_ours

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType, FrameType
    from typing import Any

__builtins__ = BUILTINS

# The words by which `warnings` and `logging` recognize the import system.
_INTERNAL = HOME + "(importlib._bootstrap)/"
# Below this function, the stack is that of the thread on whose wait another thread runs.
_THREAD = ("_perform", "turns.py")

_Function: Any = type(lambda: None)


def _renamed(code: CodeType) -> CodeType:
    name = code.co_filename
    if not is_ours(code) or name.startswith(_INTERNAL):
        return code
    kind = type(code)
    constants = tuple([_renamed(constant) if type(constant) is kind else constant for constant in code.co_consts])
    return code.replace(co_filename=_INTERNAL + name[len(HOME) :], co_consts=constants)


# The modules whose functions have such names.
_hidden: set[str] = set()


def are_hidden() -> bool:
    """Whether the functions of the harness have such names already, as in an image."""
    return __name__ in _hidden


def hide_all() -> None:
    """Let warnings and logging skip the functions of the harness."""
    for name, module in list(sys.modules.items()):
        if name.startswith("_terrarium.") and name not in _hidden:
            _hidden.add(name)
            _hide(module)


def _hide(module: Any) -> None:
    for found in list(vars(module).values()):
        members = list(vars(found).values()) if type(found) is type else [found]
        for member in members:
            function = getattr(member, "__func__", member)
            function = getattr(function, "__wrapped__", function)
            if type(function) is _Function and is_ours(function.__code__):
                function.__code__ = _renamed(function.__code__)


def user_frames(frame: FrameType | None) -> Iterator[FrameType]:
    """Return the frames of user code from a frame outwards, as far as the thread reaches."""
    while frame is not None:
        code = frame.f_code
        if not is_ours(code):
            yield frame
        elif code.co_name == _THREAD[0] and code.co_filename.endswith(_THREAD[1]):
            return
        frame = frame.f_back


def change_traceback(module: Any) -> None:
    """Change `traceback.walk_stack`, with which all stacks are printed."""
    real = module.walk_stack
    if hasattr(real, "__wrapped__"):
        return

    def walk_stack(f: FrameType | None) -> Iterator[tuple[FrameType, int]]:
        if f is None:
            f = sys._getframe(1)
        # The lines are those of the time when the stack is walked.
        return ((frame, frame.f_lineno) for frame in user_frames(f))

    module.walk_stack = disguise(walk_stack, real)


def change_trace(module: Any) -> None:
    """Change `trace`, which leaves out the import system: the harness is a part of it."""
    real = module._Ignore.names
    if hasattr(real, "__wrapped__"):
        return

    def names(self: Any, filename: str, modulename: str) -> int:
        ignored: int = 1 if filename.startswith(HOME) else real(self, filename, modulename)
        return ignored

    module._Ignore.names = disguise(names, real)


def change_inspect(module: Any) -> None:
    """Change `inspect.getouterframes`, on which `inspect.stack` is built."""
    real = module.getouterframes
    if hasattr(real, "__wrapped__"):
        return

    def getouterframes(frame: Any, context: int = 1) -> Any:
        kept = set(map(id, user_frames(frame)))
        return [info for info in real(frame, context) if id(info.frame) in kept]

    module.getouterframes = disguise(getouterframes, real)
