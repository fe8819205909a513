"""`PackageStore`: the packages on this machine, from which sandboxes take theirs."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from terrarium import _native
from terrarium._gate import in_thread, on_main_thread
from terrarium._json import loads

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from terrarium._records import DownloadProgress, StoredPackage

    Progress = Callable[[DownloadProgress], object]

# Inside the class that name is a method's.
list_ = list


class PackageStore:
    """The packages on this machine: sandboxes take theirs from it, unless `packages_from` names other sources.

    Only `add` and `update` use the network, and they check every file against its hash. Running code never downloads.
    Threads and processes may use one store at the same time: each waits for the others.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     terrarium.PackageStore(folder).list()
    []
    """

    def __init__(self, cache_dir: str | os.PathLike[str] | None = None) -> None:
        """Open the store in a cache folder (None: the default one), and create it if it does not exist.

        Raises `CacheError` for a folder that cannot be created, or that other users can write to.
        """
        self._cache_dir = cache_dir
        self._native = _native.PackageStore(cache_dir)

    @property
    def path(self) -> Path:
        """The folder of the packages."""
        return self._native.path()

    def list(self) -> list_[StoredPackage]:
        """Return the packages, by name. Raises `PackageError` when the store is damaged."""
        return _packages(self._native.list())

    def add(
        self, *names: str, from_: str | os.PathLike[str] | None = None, progress: Progress | None = None
    ) -> list_[StoredPackage]:
        """Download packages and all that they need, and return the new ones.

        Received data is kept when the call fails or Ctrl+C stops it, and the next call continues from there.

        Args:
            names: names of packages, such as `"numpy"`.
            from_: the address or the folder of another distribution, one with a `pyodide-lock.json`; default the
                distribution of this version.
            progress: is called with a `DownloadProgress` for each piece that arrives, in this thread. An exception that
                it raises stops the download and is raised here.

        Raises `PackageError` for a name that the distribution does not have (code `package_unknown`), a download that
        fails (`package_download`), a file with another hash (`package_hash`), or a store that cannot be written.

        """
        source = None if from_ is None else os.fspath(from_)
        return _packages(self._native.add(on_main_thread(), _checked(names), source, _listener(progress)))

    async def add_async(
        self, *names: str, from_: str | os.PathLike[str] | None = None, progress: Progress | None = None
    ) -> list_[StoredPackage]:
        """Do what `add` does, on another thread. Cancelling the task stops the download.

        `progress` is called in the event loop.
        """
        from terrarium._tasks import with_progress

        return await with_progress(lambda heard: self.add(*names, from_=from_, progress=heard), progress)

    def update(self, *names: str, progress: Progress | None = None) -> list_[StoredPackage]:
        """Bring packages (without names: all) to the present versions of their distributions.

        Returns the packages that changed. Raises what `add` raises.
        """
        return _packages(self._native.update(on_main_thread(), _checked(names), _listener(progress)))

    async def update_async(self, *names: str, progress: Progress | None = None) -> list_[StoredPackage]:
        """Do what `update` does, on another thread. Cancelling the task stops the download."""
        from terrarium._tasks import with_progress

        return await with_progress(lambda heard: self.update(*names, progress=heard), progress)

    def remove(self, *names: str) -> list_[StoredPackage]:
        """Remove packages, and those that only they needed; return all that were removed.

        Raises `PackageError` for a name that is not in the store, and for a package that another one needs.
        """
        return _packages(self._native.remove(_checked(names)))

    async def list_async(self) -> list_[StoredPackage]:
        """Do what `list` does, on another thread."""
        return await in_thread(self.list)

    async def remove_async(self, *names: str) -> list_[StoredPackage]:
        """Do what `remove` does, on another thread."""
        return await in_thread(lambda: self.remove(*names))

    def __repr__(self) -> str:
        """Name the folder."""
        return f"<PackageStore {self.path}>"

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the cache folder as it was given."""
        return type(self), (self._cache_dir,)


def _checked(names: tuple[str, ...]) -> list_[str]:
    for name in names:
        if not isinstance(name, str):
            raise TypeError(f"names: a name is a str, not {type(name).__name__}")
    return [*names]


def _listener(progress: Progress | None) -> Callable[[str, int, int | None], object] | None:
    if progress is None:
        return None
    if not callable(progress):
        raise TypeError(f"progress: expected a function, not {type(progress).__name__}")
    from terrarium._records import DownloadProgress

    return lambda file_name, done, total: progress(DownloadProgress(file_name, done, total))


def _packages(text: str) -> list_[StoredPackage]:
    from terrarium._records import StoredPackage, record

    return [record(StoredPackage, {**members, "source": members["from"]}) for members in loads(text)]
