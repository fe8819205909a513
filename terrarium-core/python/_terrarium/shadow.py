"""Files of a program that shadow a module which an image has already loaded."""

from __future__ import annotations

from os import listdir
from os.path import exists
from sys import modules

from _terrarium.pristine import BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _terrarium.run import Settings

__builtins__ = BUILTINS


def forget_shadowed(settings: Settings) -> None:
    """Make `import json` find the `json.py` beside the program, as in a new interpreter.

    The modules that the harness uses stay, and so do modules whose name is only that of a folder or file without code.
    """
    names, settings.loaded = settings.loaded, set()
    for place in (settings.here, *settings.places):
        try:
            files = listdir(place) if place is not None else ()
        except OSError:
            continue
        for file in files:
            name = file.removesuffix(".py")
            if name in names and (name != file or exists(f"{place}/{file}/__init__.py")):
                for loaded in [other for other in modules if other == name or other.startswith(name + ".")]:
                    del modules[loaded]
