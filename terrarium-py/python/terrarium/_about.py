"""`about`: the versions of the library and its parts, for people and for bug reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from terrarium import _native

if TYPE_CHECKING:
    from terrarium._records import About


def about() -> About:
    """Return the versions and folders of this installation.

    Raises `ArtifactsError` when the installation is damaged.

    >>> terrarium.about().python.startswith("3.14.")
    True
    """
    from terrarium import _records

    return _records.parsed(_records.About, _native.about())
