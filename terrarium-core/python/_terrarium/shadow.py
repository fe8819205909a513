"""Files of a program that shadow a module which an image has already loaded."""

from __future__ import annotations

from os import listdir
from sys import modules

from _terrarium.pristine import BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _terrarium.run import Settings

__builtins__ = BUILTINS


def forget_shadowed(settings: Settings) -> None:
    """Make `import json` find the `json.py` beside the program, as in a new interpreter.

    The modules that the harness uses stay.
    """
    names, settings.loaded = settings.loaded, set()
    try:
        files = listdir(settings.here)
    except OSError:
        return
    for file in files:
        name = file.removesuffix(".py")
        if name in names:
            for loaded in [other for other in modules if other == name or other.startswith(name + ".")]:
                del modules[loaded]
