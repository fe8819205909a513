"""Python's own environment variables, which an interpreter reads when it starts: here it has started before."""

from __future__ import annotations

import sys
from os import getcwd

from _terrarium import run
from _terrarium.pristine import BUILTINS, load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__builtins__ = BUILTINS


def apply(env: Mapping[str, str]) -> None:
    """Do what the interpreter does at its start for the variables in `env`."""
    for name, change in _CHANGES:
        value = env.get(name)
        if value:
            change(value)


def _add_places(value: str) -> None:
    """Search these folders after the program's own, before the standard library."""
    here = getcwd()
    places = [place if place.startswith("/") else f"{here}/{place}".removesuffix("/.") for place in value.split(":")]
    places = [place.rstrip("/") or "/" for place in places]
    run.settings.places = [place for place in dict.fromkeys(places) if place not in sys.path]
    start = 1 if run.settings.here is not None and run.settings.here in sys.path[:1] else 0
    sys.path[start:start] = run.settings.places


def _add_warnings(value: str) -> None:
    """Filter warnings like the option -W."""
    options = [option.strip() for option in value.split(",") if option.strip()]
    sys.warnoptions.extend(options)
    load("warnings")._processoptions(options)


def _write_no_bytecode(_value: str) -> None:
    sys.dont_write_bytecode = True


def _limit_digits(value: str) -> None:
    try:
        sys.set_int_max_str_digits(int(value))
    except ValueError:
        # The interpreter does not start with such a value.
        pass


def _stay_safe(_value: str) -> None:
    """Import nothing from the program's folder."""
    here = run.settings.here
    if here is not None and here in sys.path:
        sys.path.remove(here)
        run.settings.here = None


_CHANGES: tuple[tuple[str, Callable[[str], None]], ...] = (
    ("PYTHONPATH", _add_places),
    ("PYTHONWARNINGS", _add_warnings),
    ("PYTHONDONTWRITEBYTECODE", _write_no_bytecode),
    ("PYTHONINTMAXSTRDIGITS", _limit_digits),
    ("PYTHONSAFEPATH", _stay_safe),
)
