"""The functions that the host hands to this program, with `search` and `describe` to find them.

Each function is a member: `host.name` is the same as `name`.
"""

from _terrarium.host import names as _functions
from _terrarium.host.errors import HostError, HostLimitError
from _terrarium.host.names import search

__all__ = ["HostError", "HostLimitError", "describe", "search"]


def describe(name):
    """Return the declaration of a function: its name, signature, documentation, and whether it is awaited."""
    found = dict(_functions.description(name))
    found.pop("declared", None)
    return found


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(f"module 'host' has no attribute {name!r}")
    try:
        return _functions.member(name)
    except (HostError, LookupError):
        raise AttributeError(f"the host has no function {name!r}; `host.search(text)` finds functions") from None


def __dir__():
    return sorted([*__all__, *{name.partition(".")[0] for name in _functions.names()}])
