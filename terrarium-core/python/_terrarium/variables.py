"""Python's own environment variables, which an interpreter reads when it starts: here it has started before."""

from __future__ import annotations

import sys
from os import getcwd

from _terrarium import run, streams
from _terrarium.hooks import finder
from _terrarium.pristine import BUILTINS, load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

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


def _develop(_value: str) -> None:
    """Do what the option `-X dev` does apart from its flag and its checks of memory."""
    _add_warnings("default")
    _show_faults("1")

    def debug_loops(module: Any) -> None:
        module._is_debug_mode = lambda: True

    finder.add("asyncio.coroutines", debug_loops)


def _show_faults(_value: str) -> None:
    load("faulthandler").enable()


def _trace_memory(value: str) -> None:
    frames = _number(value)
    if frames:
        load("tracemalloc").start(frames)


def _encode_streams(value: str) -> None:
    encoding, _, errors = value.partition(":")
    codecs = load("codecs")
    try:
        if encoding:
            codecs.lookup(encoding)
        if errors:
            codecs.lookup_error(errors)
    except LookupError:
        # The interpreter does not start with such a value.
        return
    streams.encode_as(encoding or None, errors or ("strict" if encoding else None))


def _count_processors(value: str) -> None:
    count = _number(value)
    if count:
        os = load("os")
        disguise = load("_terrarium.disguise").disguise
        for name in ("cpu_count", "process_cpu_count"):
            if hasattr(os, name):
                setattr(os, name, disguise(lambda: count, getattr(os, name)))


def _place_bytecode(value: str) -> None:
    sys.pycache_prefix = value


def _number(value: str) -> int:
    """Return a positive number, or 0 for a value with which the interpreter does not start, or that means nothing."""
    try:
        return max(int(value), 0)
    except ValueError:
        return 0


# Development comes first: explicit filters of warnings win over its filter.
_CHANGES: tuple[tuple[str, Callable[[str], None]], ...] = (
    ("PYTHONDEVMODE", _develop),
    ("PYTHONPATH", _add_places),
    ("PYTHONWARNINGS", _add_warnings),
    ("PYTHONDONTWRITEBYTECODE", _write_no_bytecode),
    ("PYTHONPYCACHEPREFIX", _place_bytecode),
    ("PYTHONINTMAXSTRDIGITS", _limit_digits),
    ("PYTHONSAFEPATH", _stay_safe),
    ("PYTHONIOENCODING", _encode_streams),
    ("PYTHONFAULTHANDLER", _show_faults),
    ("PYTHONTRACEMALLOC", _trace_memory),
    ("PYTHON_CPU_COUNT", _count_processors),
)
