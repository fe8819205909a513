"""The builtins and the import state as they were before any user code ran.

User code may set `builtins.print = None`, empty `sys.modules` or clear `sys.meta_path`. Two things keep the harness
working:

- Every module here sets `__builtins__ = BUILTINS` before its first function. A function looks its builtins up in the
  `__builtins__` of the globals it was made in, so the harness uses a private copy of the real ones.
- While the standard library works for the harness (a traceback, an import), `Untampered` restores the shared state, and
  gives user code its own state back afterwards.
"""

from __future__ import annotations

import builtins
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType
    from typing import Any

# Modules that the interpreter had loaded before the harness.
STARTUP = frozenset(sys.modules)
BUILTINS: Any = dict(builtins.__dict__)
__builtins__ = BUILTINS

_MISSING = object()
_IMPORT_STATE = ("modules", "path", "meta_path", "path_hooks", "path_importer_cache")
_modules: dict[str, ModuleType] = {}
_system: dict[str, Any] = {}


def remember() -> None:
    """Record the present import state as the good one. Called by `configure`, before user code."""
    _modules.update(sys.modules)
    for name in _IMPORT_STATE:
        value = sys.__dict__[name]
        _system[name] = list(value) if isinstance(value, list) else value


def swap(target: dict[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Make `target` hold `wanted`, and return the previous content."""
    changed = {}
    for name, value in wanted.items():
        present = target.get(name, _MISSING)
        if present is not value:
            changed[name] = present
            target[name] = value
    return changed


def put_back(target: dict[str, Any], changed: Mapping[str, Any]) -> None:
    """Undo `swap`."""
    for name, value in changed.items():
        if value is _MISSING:
            target.pop(name, None)
        else:
            target[name] = value


class Untampered:
    """A context in which builtins and import state are those of the configured interpreter."""

    __slots__ = ("_builtins", "_modules", "_system")

    def __enter__(self) -> None:
        """Restore that state."""
        self._system = swap(sys.__dict__, _system)
        self._builtins = swap(builtins.__dict__, BUILTINS)
        self._modules = swap(sys.modules, _modules)

    def __exit__(self, *_: object) -> None:
        """Restore the user's state, but keep modules imported meanwhile."""
        put_back(sys.modules, self._modules)
        put_back(builtins.__dict__, self._builtins)
        put_back(sys.__dict__, self._system)


def load(name: str) -> Any:
    """Import a module of the harness or of the standard library, for any state of the import system."""
    module = _modules.get(name)
    if module is None:
        with Untampered():
            try:
                __import__(name)
            except MemoryError:
                raise
            except Exception:
                # The program replaced a module that this one needs.
                hidden = {other: sys.modules[other] for other in sys.modules if other not in _modules}
                try:
                    for other in hidden:
                        del sys.modules[other]
                    __import__(name)
                    _modules.update(sys.modules)
                finally:
                    put_back(sys.modules, hidden)
            module = _modules[name] = sys.modules[name]
            callers = _modules.get("_terrarium.callers")
            if callers is not None and name.startswith("_terrarium."):
                callers.__dict__["hide_all"]()
    return module
