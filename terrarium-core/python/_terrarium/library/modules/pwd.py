"""The users: the one whom the program runs as, and root."""

import os
from collections import namedtuple

from _terrarium.start import folders as _folders

__all__ = ["getpwall", "getpwnam", "getpwuid", "struct_passwd"]

struct_passwd = namedtuple(
    "struct_passwd", ["pw_name", "pw_passwd", "pw_uid", "pw_gid", "pw_gecos", "pw_dir", "pw_shell"], module="pwd"
)


def getpwall():
    """Return a list of all available password database entries, in arbitrary order."""
    home = _folders["home"] or "/home/earth"
    return [
        struct_passwd("root", "x", 0, 0, "root", "/root", "/bin/sh"),
        struct_passwd(
            "earth", "x", os.getuid(), os.stat(home).st_gid if os.path.isdir(home) else 1000, "", home, "/bin/sh"
        ),
    ]


def getpwuid(uidobj, /):
    """Return the password database entry for the given numeric user ID."""
    if not isinstance(uidobj, int):
        raise TypeError(f"uid should be integer, not {type(uidobj).__name__}")
    for entry in getpwall():
        if entry.pw_uid == uidobj:
            return entry
    if not -1 <= uidobj < 2**32:
        raise KeyError("getpwuid(): uid not found")
    raise KeyError(f"getpwuid(): uid not found: {uidobj}")


def getpwnam(name, /):
    """Return the password database entry for the given user name."""
    if not isinstance(name, str):
        raise TypeError(f"getpwnam() argument must be str, not {type(name).__name__}")
    os.fsencode(name)
    if "\0" in name:
        raise ValueError("embedded null byte")
    for entry in getpwall():
        if entry.pw_name == name:
            return entry
    raise KeyError(f"getpwnam(): name not found: {name!r}")
