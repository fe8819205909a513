"""`locale`: the locales that exist take effect, and others are errors."""

from __future__ import annotations

import _locale
from os import environ

from _terrarium.disguise import replace
from _terrarium.pristine import BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__builtins__ = BUILTINS

_real: Any = _locale.setlocale
_error: Any = _locale.__dict__["Error"]
_ALL: int = _locale.LC_ALL
_CATEGORIES = ("LC_CTYPE", "LC_NUMERIC", "LC_TIME", "LC_COLLATE", "LC_MONETARY", "LC_MESSAGES")
_NUMBERS = {getattr(_locale, name): name for name in _CATEGORIES}
_KNOWN = {"C": "C", "POSIX": "C", "C.UTF-8": "C.UTF-8", "C.utf8": "C.utf8"}
_UNSUPPORTED = "unsupported locale setting"

# The locale of each category, as the interpreter chooses them at its start.
_chosen = dict.fromkeys(_NUMBERS, "C")
_chosen[_locale.LC_CTYPE] = "C.UTF-8"


def setlocale(category: int, locale: str | None = None, /) -> str:
    if locale is None or category not in (*_NUMBERS, _ALL) or not isinstance(locale, str):
        if locale is None and (category in _NUMBERS or category == _ALL):
            return _present(category)
        # Raises the error for a wrong argument.
        text: str = _real(category, locale)
        return text
    wanted = _wanted(category, locale)
    for number, name in wanted.items():
        _real(number, "C" if name == "C" else "C.UTF-8")
    _chosen.update(wanted)
    return _present(category)


def _present(category: int) -> str:
    if category != _ALL:
        return _chosen[category]
    names = set(_chosen.values())
    if len(names) == 1:
        return names.pop()
    return ";".join([f"{name}={_chosen[number]}" for number, name in _NUMBERS.items()])


def _wanted(category: int, locale: str) -> dict[int, str]:
    """Return the locales of the categories to change."""
    if category == _ALL and ";" in locale:
        parts = locale.split(";")
        if all("=" in part for part in parts):
            named = dict([part.split("=", 1) for part in parts])
            if len(named) < len(_NUMBERS):
                raise _error(_UNSUPPORTED)
            return {number: _known(named[name]) for number, name in _NUMBERS.items() if name in named}
        if len(parts) == len(_NUMBERS):
            return {number: _known(part) for number, part in zip(_NUMBERS, parts, strict=True)}
        raise _error(_UNSUPPORTED)
    numbers = _NUMBERS if category == _ALL else (category,)
    return {number: _known(locale or _from_environment(number)) for number in numbers}


def _from_environment(number: int) -> str:
    for name in ("LC_ALL", _NUMBERS[number], "LANG"):
        if value := environ.get(name):
            return value
    return "C"


def _known(name: str) -> str:
    try:
        return _KNOWN[name]
    except KeyError:
        raise _error(_UNSUPPORTED) from None


def change(module: Any) -> None:
    """Change `locale`, which has the function of `_locale` under a second name."""
    module._setlocale = replace(_locale, setlocale)
