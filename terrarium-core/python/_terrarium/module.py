"""The module `__main__` that code runs in, and the sources that its code objects came from."""

from __future__ import annotations

from _terrarium.pristine import BUILTINS as __builtins__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, ModuleType
    from typing import Any

    from _terrarium.source import Source

import builtins
import sys


class SourceLoader:
    """What `linecache` and `inspect` ask for the text of `__main__`."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def get_source(self, _name: str) -> str:
        """Return the text that was compiled."""
        return self._source.text

    def get_filename(self, _name: str) -> str:
        """Return the file name of the program."""
        return self._source.filename

    def is_package(self, _name: str) -> bool:
        """`__main__` is no package."""
        return False


class Main:
    """The present `__main__`: made anew for a fresh run, kept by a session."""

    def __init__(self) -> None:
        self.module: ModuleType | None = None
        self.features = 0
        # By the identity of the file name's object (see Source), which the Source keeps alive.
        self._sources: dict[int, Source] = {}

    def open(self, source: Source, keep: bool) -> dict[str, Any]:
        """Return the globals that `source` is to run in."""
        module = self.module
        if module is None or not keep:
            module = self.module = type(sys)("__main__")
            self._sources.clear()
            self.features = 0
            self._fill(module.__dict__)
        self._sources[id(source.filename)] = source
        names = module.__dict__
        names["__file__"] = source.filename
        names["__loader__"] = SourceLoader(source)
        sys.modules["__main__"] = module
        # An earlier run of this name may be in the cache, and would never be looked at again.
        linecache = sys.modules.get("linecache")
        if linecache is not None:
            cache = linecache.__dict__.get("cache")
            if type(cache) is dict:
                cache.pop(source.filename, None)
        return names

    def clear(self) -> None:
        """Forget the names that user code made, in place: functions that were handed out see it too."""
        self.features = 0
        if self.module is not None:
            names = self.module.__dict__
            kept = {name: names.get(name) for name in ("__file__", "__loader__")}
            names.clear()
            self._fill(names)
            names.update(kept)
        builtins.__dict__.pop("_", None)

    def source_of(self, code: CodeType) -> Source | None:
        """Return the source that a code object was compiled from, if it came with a run."""
        return self._sources.get(id(code.co_filename))

    @staticmethod
    def _fill(names: dict[str, Any]) -> None:
        names["__name__"] = "__main__"
        names["__doc__"] = names["__package__"] = names["__loader__"] = names["__spec__"] = None
        names["__builtins__"] = builtins


main = Main()
