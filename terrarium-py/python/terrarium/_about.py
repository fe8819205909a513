"""What the library is made of, for people and for bug reports."""

from __future__ import annotations

from typing import NamedTuple

from terrarium import _native
from terrarium._records import parsed


class About(NamedTuple):
    """Versions and places."""

    terrarium: str
    """The version of this library."""
    python: str
    """The version of Python in the sandbox."""
    distribution: str
    """The distribution that the interpreter comes from, with its version."""
    abi: str
    """The version of the binary interface for compiled packages."""
    platform: str
    """The platform tag of the wheels that can be used (PEP 783)."""
    engine: str
    """The WebAssembly engine, with its version."""
    target: str
    """The host's architecture and system."""
    cache_dir: str | None
    """Where compiled code is kept, unless the option `cache_dir` names another folder."""


def about() -> About:
    """Return what the library is made of.

    Raises `ArtifactsError` when the installation is damaged.

    >>> terrarium.about().python.startswith("3.14.")
    True
    """
    return parsed(About, _native.about())
