"""`CacheFolder`: the images and the compiled code on this machine."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from terrarium import _native
from terrarium._gate import in_thread
from terrarium._json import loads

if TYPE_CHECKING:
    import os
    from pathlib import Path

    from terrarium._option_types import Seconds
    from terrarium._records import CacheEntry

# Inside the class that name is a method's.
list_ = list


class CacheFolder:
    """The cache folder: images and compiled code, which are made again when they are missing, and downloaded packages.

    Sandboxes and builds keep it within the option `cache_bytes`. Threads and processes may use one folder at the same
    time. An image that a process has open is never removed, and neither are downloaded packages: see
    `PackageStore.remove`.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     terrarium.CacheFolder(folder).list()
    []
    """

    def __init__(self, cache_dir: str | os.PathLike[str] | None = None) -> None:
        """Open a cache folder (None: the default one), and create it if it does not exist.

        Raises `CacheError` for a folder that cannot be created, or that other users can write to.
        """
        self._cache_dir = cache_dir
        self._native = _native.CacheFolder(cache_dir)

    @property
    def path(self) -> Path:
        """The folder."""
        return self._native.path()

    def list(self) -> list_[CacheEntry]:
        """Return the files, by kind and name. Raises `CacheError`."""
        return _entries(self._native.list())

    async def list_async(self) -> list_[CacheEntry]:
        """Do what `list` does, on another thread."""
        return await in_thread(self.list)

    def prune(self, *, bytes: int | None = None, unused_for: Seconds | None = None) -> list_[CacheEntry]:
        """Remove files and return them.

        It removes images that this version cannot use.

        Args:
            bytes: the files that were not used for the longest time go too, until the rest takes at most so many bytes
                on the disk. Downloaded packages do not count.
            unused_for: files that were not used for that time (in seconds, or a timedelta) go too.

        Raises `CacheError`.

        """
        seconds = unused_for.total_seconds() if isinstance(unused_for, timedelta) else unused_for
        return _entries(self._native.prune(bytes, seconds))

    async def prune_async(self, *, bytes: int | None = None, unused_for: Seconds | None = None) -> list_[CacheEntry]:
        """Do what `prune` does, on another thread."""
        return await in_thread(lambda: self.prune(bytes=bytes, unused_for=unused_for))

    def clear(self) -> list_[CacheEntry]:
        """Remove all files but downloaded packages and open images, and return them. Raises `CacheError`."""
        return _entries(self._native.clear())

    async def clear_async(self) -> list_[CacheEntry]:
        """Do what `clear` does, on another thread."""
        return await in_thread(self.clear)

    def __repr__(self) -> str:
        """Name the folder."""
        return f"<CacheFolder {self.path}>"

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the cache folder as it was given."""
        return type(self), (self._cache_dir,)


def _entries(text: str) -> list_[CacheEntry]:
    from terrarium._records import CacheEntry, record

    return [record(CacheEntry, members) for members in loads(text)]
