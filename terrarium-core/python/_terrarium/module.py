"""The module `__main__` that runs code, and the sources of its code objects."""

from __future__ import annotations

import builtins
import sys
from os import getcwd
from sys import getrefcount, modules

from _terrarium.pristine import BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, ModuleType
    from typing import Any

    from _terrarium.source import Source

__builtins__ = BUILTINS


# The number of runs of a session whose text is kept.
_SOURCES = 1000


class SourceLoader:
    """The loader that `linecache` and `inspect` ask for the text of `__main__`."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def get_source(self, _name: str) -> str:
        """Return the text that was compiled."""
        return self._source.text

    def get_filename(self, _name: str) -> str:
        """Return the file name of the program."""
        return self._source.filename

    def is_package(self, _name: str) -> bool:
        """Return False: `__main__` is no package."""
        return False


class Main:
    """The present `__main__`: new for a fresh run, kept by a session."""

    def __init__(self) -> None:
        self.module: ModuleType | None = None
        # A module that others have kept since their import.
        self._parked: ModuleType | None = None
        self.features = 0
        self.latest: Source | None = None
        # Oldest first.
        self._sources: list[Source] = []
        self._owners: dict[int, Source | None] = {}

    def open(self, source: Source, keep: bool, file: str | None) -> dict[str, Any]:
        """Return the globals for a run of `source`, which the program can read as `file`."""
        module = self.module
        if module is None or not keep:
            module = self._parked
            if module is None:
                module = type(sys)("__main__")
            else:
                self._parked = None
            self.module = module
            self._sources.clear()
            self.features = 0
            self._fill(module.__dict__)
        self._sources.append(source)
        self.latest = source
        if len(self._sources) > _SOURCES:
            # Remaining code of these runs shows source lines of a later run in its tracebacks.
            del self._sources[: _SOURCES // 2]
        names = module.__dict__
        if file is None:
            names.pop("__file__", None)
        else:
            names["__file__"] = file
        names["__loader__"] = SourceLoader(source)
        modules["__main__"] = module
        linecache = modules.get("linecache")
        if linecache is not None:
            self.register(linecache)
        return names

    def register(self, linecache: Any) -> None:
        """Register the text of the latest run with `linecache`, for warnings and tracebacks that programs print."""
        cache = getattr(linecache, "cache", None)
        if type(cache) is dict and self.latest is not None:
            cache[self.latest.filename] = self.latest.cache_entry()

    def take(self) -> ModuleType | None:
        """Return a module in which no more code will run, and forget it."""
        module, self.module = self.module, None
        if module is not None and modules.get("__main__") is module:
            del modules["__main__"]
        return module

    def park(self) -> None:
        """Forget the module like `take`, but use it again for the next program if another module has kept it."""
        module = self.take()
        if module is not None:
            module.__dict__.clear()
            module.__dict__["__name__"] = "__main__"
            other = type(sys)("__main__")
            if getrefcount(module) > getrefcount(other):
                self._parked = module

    def clear(self) -> None:
        """Forget the names that user code made, in place: functions that are still referenced see the change too."""
        self.features = 0
        self._sources.clear()
        if self.module is not None:
            names = self.module.__dict__
            kept: dict[str, Any] = {name: names[name] for name in ("__file__", "__loader__") if name in names}
            names.clear()
            self._fill(names)
            names.update(kept)
        builtins.__dict__.pop("_", None)

    def source_of(self, code: CodeType) -> Source | None:
        """Return the source of a code object, if it was compiled for a run.

        The results are cached for the frames of one exception, between calls of `forget_owners`.
        """
        key = id(code)
        if key not in self._owners:
            candidates = [source for source in self._sources if source.filename == code.co_filename]
            self._owners[key] = next((source for source in reversed(candidates) if source.holds(code)), None)
        return self._owners[key]

    def forget_owners(self) -> None:
        """Drop the cache, which is only valid while the frames of one exception live."""
        self._owners.clear()

    @staticmethod
    def _fill(names: dict[str, Any]) -> None:
        names["__name__"] = "__main__"
        names["__doc__"] = names["__package__"] = names["__loader__"] = names["__spec__"] = None
        names["__builtins__"] = builtins


main = Main()


def search_here(before: str | None) -> str | None:
    """Make the working directory the first place of imports, as for a script in it, instead of the one before."""
    path = sys.__dict__.get("path")
    if type(path) is not list:
        return before
    if before is not None and before in path:
        path.remove(before)
    here = getcwd()
    path.insert(0, here)
    return here
