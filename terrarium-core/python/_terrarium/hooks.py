"""Hooks that change modules when a program imports them, modules with replaced contents, and refused modules."""

from __future__ import annotations

import _frozen_importlib
import _frozen_importlib_external
import sys
from _frozen_importlib import ModuleSpec

from _terrarium.pristine import BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any

    Hook = Callable[[ModuleType], None]
    Before = Callable[[], None]

__builtins__ = BUILTINS

# The folder of the standard library.
_LIBRARY = (sys.modules["os"].__file__ or "").rpartition("/")[0] + "/"


class _Loader:
    """Loads a module with its own loader, restores that loader on the module, and then calls the hook.

    All else that a loader is asked for (code, source, data, resources) comes from the module's own.
    """

    def __init__(self, loader: Any, hook: Hook, before: Before | None) -> None:
        self._loader = loader
        self._hook = hook
        self._before = before

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        # Programs ask whether a loader is one of source files.
        return type(self._loader)

    def __getattr__(self, name: str) -> Any:
        if name == "_loader":
            raise AttributeError(name)
        return getattr(self._loader, name)

    def __repr__(self) -> str:
        return repr(self._loader)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """Create the module with its own loader."""
        made: ModuleType | None = self._loader.create_module(spec)
        return made

    def exec_module(self, module: ModuleType) -> None:
        """Run the module, then the hook."""
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        module.__loader__ = self._loader
        if self._before is not None:
            self._before()
        self._loader.exec_module(module)
        finder.fresh = module
        try:
            self._hook(module)
        finally:
            finder.fresh = None


class _Filler:
    """Loads a module by calling a function that fills it, in place of the module's own file."""

    def __init__(self, fill: Hook) -> None:
        self._fill = fill

    def get_code(self, _name: str) -> None:
        """Return None: the module has no code, like one that is written in C."""

    def get_source(self, _name: str) -> None:
        """Return None: the module has no source."""

    def is_package(self, _name: str) -> bool:
        """Return False: the module is no package."""
        return False

    def create_module(self, _spec: ModuleSpec) -> None:
        """Leave the creation to the interpreter."""

    def exec_module(self, module: ModuleType) -> None:
        """Fill the module."""
        self._fill(module)


def _is_of_program(name: str, spec: ModuleSpec) -> bool:
    """Whether a program has its own module of that name: `queue.py` beside it, or a file `matplotlib.py`.

    Everything else that has a hook is in the standard library, or is a package or a module of one.
    """
    top, origin = name.partition(".")[0], spec.origin or ""
    if top in sys.stdlib_module_names:
        return origin.startswith("/") and not origin.startswith(_LIBRARY)
    return top == name and spec.submodule_search_locations is None and "/site-packages/" not in origin


class Finder:
    """Finds the modules that have a hook or are replaced, and stops the search for refused ones."""

    def __init__(self) -> None:
        self._hooks: dict[str, Hook] = {}
        self._before: dict[str, Before] = {}
        self._replaced: dict[str, Hook] = {}
        self._refused: dict[str, str] = {}
        self._busy = False
        # The module that was just run, for the first time or again.
        self.fresh: ModuleType | None = None

    def add(self, name: str, hook: Hook, before: Before | None = None) -> None:
        """Call `hook` with the module `name` now, or when it is loaded, and `before` before it is loaded."""
        self._hooks[name] = hook
        if before is not None:
            self._before[name] = before
        module = sys.modules.get(name)
        if module is not None:
            hook(module)

    def follow(self, name: str, hook: Hook) -> Callable[[], None]:
        """Call `hook` like `add`, after the hook that the module has already; return what ends that."""
        earlier = self._hooks.get(name)

        def both(module: ModuleType) -> None:
            if earlier is not None:
                earlier(module)
            hook(module)

        def end() -> None:
            del self._hooks[name]
            if earlier is not None:
                self._hooks[name] = earlier

        self._hooks[name] = both
        if name in sys.modules:
            hook(sys.modules[name])
        return end

    def changes(self, name: str) -> bool:
        """Whether the module `name` has a hook."""
        return name in self._hooks

    def replace(self, name: str, fill: Hook) -> None:
        """Let `fill` define the content of the module `name`, in place of the module's file."""
        self._replaced[name] = fill

    def refuse(self, name: str, reason: str | None = None) -> None:
        """Refuse imports of the module `name`, with this reason."""
        self._refused[name] = reason or f"No module named {name!r}"

    def refuses(self, name: object) -> bool:
        """Whether imports of the module `name` are refused."""
        return name in self._refused

    def remove(self, name: str) -> None:
        """Forget a hook."""
        self._hooks.pop(name, None)

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """Find a module with a hook through the following finders, and a replaced module without them."""
        fill = self._replaced.get(name)
        if fill is not None:
            return ModuleSpec(name, _Filler(fill))  # type: ignore[arg-type]
        hook = self._hooks.get(name)
        if hook is None or self._busy:
            if name in self._refused:
                raise ModuleNotFoundError(self._refused[name], name=name)
            return None
        self._busy = True
        try:
            spec: ModuleSpec | None = _frozen_importlib._find_spec(name, path, target)  # type: ignore[attr-defined]
        finally:
            self._busy = False
        if spec is not None and hasattr(spec.loader, "exec_module") and not _is_of_program(name, spec):
            spec.loader = _Loader(spec.loader, hook, self._before.get(name))  # type: ignore[assignment]
        return spec


class Supplier:
    """Finds modules of the harness that stand in for absent ones, and gives reasons for others: the last finder."""

    def __init__(self) -> None:
        self._fills: dict[str, tuple[Hook, bool]] = {}
        self._files: dict[str, str] = {}
        self._missing: dict[str, str] = {}

    def add(self, name: str, fill: Hook, is_package: bool = False) -> None:
        """Let `fill` define the content of the module `name` where no package provides it."""
        self._fills[name] = fill, is_package

    def provide(self, name: str, path: str) -> None:
        """Load the module `name` of the library, which the guest's build lacks, from the file at `path`."""
        self._files[name] = path

    def miss(self, name: str, reason: str) -> None:
        """Give a reason to the failing import of the module `name` of the library."""
        self._missing[name] = f"No module named {name!r}: {reason}"

    def misses(self, name: object) -> bool:
        """Whether the module `name` is one of the library that does not exist."""
        return name in self._missing

    def find_spec(self, name: str, _path: Any = None, _target: Any = None) -> ModuleSpec | None:
        """Find a module. A part of a package is supplied only if the package is."""
        if name in self._files:
            return _frozen_importlib_external.spec_from_file_location(name, self._files[name])
        if name in self._missing:
            raise ModuleNotFoundError(self._missing[name], name=name)
        supplied = self._fills.get(name)
        parent = name.rpartition(".")[0]
        if supplied is None or (parent and not isinstance(_loader_of(parent), _Filler)):
            return None
        fill, is_package = supplied
        return ModuleSpec(name, _Filler(fill), is_package=is_package)  # type: ignore[arg-type]


def _loader_of(name: str) -> object:
    return getattr(getattr(sys.modules.get(name), "__spec__", None), "loader", None)


finder = Finder()
supplier = Supplier()
