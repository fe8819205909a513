"""`PackageStore`: the packages on this machine, from which sandboxes take theirs."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from terrarium import _native
from terrarium._gate import in_thread, on_main_thread
from terrarium._json import loads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
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
        self,
        *requirements: str,
        requirements_files: Iterable[str | os.PathLike[str]] = (),
        script: str | None = None,
        lock_file: str | os.PathLike[str] | None = None,
        from_: str | os.PathLike[str] | None = None,
        index: str | None = None,
        extra_indexes: Iterable[str] = (),
        offline: bool = False,
        prereleases: bool = False,
        progress: Progress | None = None,
    ) -> list_[StoredPackage]:
        """Download packages and all that they need, and return the new ones.

        The packages of the distribution come first, and the Python index has the others. The settings for pip and uv
        count: addresses of indexes, credentials, proxies. All packages of a call are added, or none. Received data is
        kept when the call fails or Ctrl+C stops it, and the next call continues from there.

        Args:
            requirements: requirements in the form of PEP 508, such as `"numpy"`, `"rich>=14"` or `"httpx[http2]"`.
            requirements_files: requirements files of pip.
            script: the text of a script whose head names the packages that it needs (PEP 723).
            lock_file: a `pylock.toml` (PEP 751), whose packages are taken as they are.
            from_: the address or the folder of another distribution, one with a `pyodide-lock.json`, in place of the
                index; default the distribution of this version.
            index: the address of the index, in place of the user's.
            extra_indexes: addresses of more indexes, which are asked first.
            offline: whether only what is on this machine is used.
            prereleases: whether pre-releases are like other releases.
            progress: is called with a `DownloadProgress` some times a second, in this thread. An exception that
                it raises stops the download and is raised here.

        Raises `PackageError` for a name that nothing has (code `package_unknown`), versions that do not go together
        (`package_unsatisfiable`), a requirement that cannot be read (`package_requirement`), a download that fails
        (`package_download`), a file with another hash (`package_hash`), or a store that cannot be written.

        """
        request = {
            "requirements": _checked(requirements),
            "requirements_files": [os.fspath(path) for path in requirements_files],
            "script": script,
            "lock_file": None if lock_file is None else os.fspath(lock_file),
            "distribution": None if from_ is None else os.fspath(from_),
            "index": index,
            "extra_indexes": [*extra_indexes],
            "offline": offline,
            "prereleases": prereleases,
        }
        return _packages(self._native.add(on_main_thread(), json.dumps(request), _listener(progress)))

    async def add_async(
        self,
        *requirements: str,
        requirements_files: Iterable[str | os.PathLike[str]] = (),
        script: str | None = None,
        lock_file: str | os.PathLike[str] | None = None,
        from_: str | os.PathLike[str] | None = None,
        index: str | None = None,
        extra_indexes: Iterable[str] = (),
        offline: bool = False,
        prereleases: bool = False,
        progress: Progress | None = None,
    ) -> list_[StoredPackage]:
        """Do what `add` does, on another thread. Cancelling the task stops the download.

        `progress` is called in the event loop.
        """
        from terrarium._tasks import with_progress

        return await with_progress(
            lambda heard: self.add(
                *requirements,
                requirements_files=requirements_files,
                script=script,
                lock_file=lock_file,
                from_=from_,
                index=index,
                extra_indexes=extra_indexes,
                offline=offline,
                prereleases=prereleases,
                progress=heard,
            ),
            progress,
        )

    def pylock(self) -> str:
        """Return the lock of the packages, as the text of a `pylock.toml` (PEP 751).

        Raises `PackageError` when the store is damaged.
        """
        return self._native.pylock()

    async def pylock_async(self) -> str:
        """Do what `pylock` does, on another thread."""
        return await in_thread(self.pylock)

    def update(self, *names: str, progress: Progress | None = None) -> list_[StoredPackage]:
        """Bring packages (without names: all) to the newest versions that fit what was requested.

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


def _listener(progress: Progress | None) -> Callable[[str, int, int | None, int, int | None], object] | None:
    if progress is None:
        return None
    if not callable(progress):
        raise TypeError(f"progress: expected a function, not {type(progress).__name__}")
    from terrarium._records import DownloadProgress

    return lambda *members: progress(DownloadProgress(*members))


def _packages(text: str) -> list_[StoredPackage]:
    return [_package(members) for members in loads(text)]


def _package(members: dict[str, Any]) -> StoredPackage:
    from terrarium._records import StoredPackage, record

    warnings = tuple(members.get("warnings", ()))
    return record(StoredPackage, {**members, "source": members["from"], "warnings": warnings})
