"""The groups: those of the program's user and of root."""

import pwd
from collections import namedtuple

__all__ = ["getgrall", "getgrgid", "getgrnam", "struct_group"]

struct_group = namedtuple("struct_group", ["gr_name", "gr_passwd", "gr_gid", "gr_mem"], module="grp")


def getgrall():
    """Return a list of all available group entries, in arbitrary order."""
    return [struct_group(entry.pw_name, "x", entry.pw_gid, []) for entry in pwd.getpwall()]


def getgrgid(id):
    """Return the group database entry for the given numeric group ID."""
    if not isinstance(id, int):
        raise TypeError(f"gid should be integer, not {type(id).__name__}")
    if not -1 <= id < 2**32:
        raise OverflowError(f"gid is {'less than minimum' if id < 0 else 'greater than maximum'}")
    for entry in getgrall():
        if entry.gr_gid == id:
            return entry
    raise KeyError(f"getgrgid(): gid not found: {id}")


def getgrnam(name):
    """Return the group database entry for the given group name."""
    if not isinstance(name, str):
        raise TypeError(f"getgrnam() argument 'name' must be str, not {type(name).__name__}")
    name.encode("utf-8")
    if "\0" in name:
        raise ValueError("embedded null byte")
    for entry in getgrall():
        if entry.gr_name == name:
            return entry
    raise KeyError(f"getgrnam(): name not found: {name!r}")
