"""Preparation of an interpreter for an image, from which many others continue."""

from __future__ import annotations

import sys
from os import environ, getcwd

from _terrarium import interrupts, pristine, run, streams
from _terrarium.interrupts import as_user
from _terrarium.module import main
from _terrarium.pristine import BUILTINS, load
from _terrarium.source import Source
from _terrarium.wire import channel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

__builtins__ = BUILTINS

# Modules that are loaded on demand, and that an image contains already.
_LAZY = (
    "_terrarium.asking",
    "_terrarium.completion",
    "_terrarium.display",
    "_terrarium.draws",
    "_terrarium.errors",
    "_terrarium.figures",
    "_terrarium.generators",
    "_terrarium.host.names",
    "_terrarium.integers",
    "_terrarium.natives",
    "_terrarium.positions",
    "_terrarium.network",
    "_terrarium.randomness",
    "_terrarium.shadow",
    "_terrarium.stack",
    "_terrarium.threads.patch",
    "_terrarium.tiff",
    "_terrarium.tracebacks",
    "_terrarium.loop",
    "_terrarium.values.decode",
    "_terrarium.values.encode",
    "_terrarium.values.kinds",
    "_terrarium.values.reprs",
    "_terrarium.variables",
    "json",
)
# The caches of modules with earlier draws or observations, and the initial values.
_DRAWN: dict[str, dict[str, Any]] = {
    "tempfile": {"_name_sequence": None},
    "uuid": {"_node": None, "_last_timestamp": None, "_last_timestamp_v7": None, "_last_counter_v7": 0},
}


def warm() -> None:
    """Load everything that is otherwise loaded on demand."""
    for name in _LAZY:
        load(name)
    if "numpy" in sys.modules:
        load("_terrarium.values.science")


# The names of environment variables that packages looked up while they were imported.
_reads: set[str] = set()
_environment = type(environ)
_read_variable = _environment.__getitem__


def _note_variable(self: Any, name: str) -> str:
    _reads.add(name)
    return _read_variable(self, name)


# The top names of modules, and the names of distributions, that packages looked for and that are not there. A package
# that looks for another when it is imported would be a different one beside it.
_absent_modules: set[str] = set()
_absent_distributions: set[str] = set()


class _Searches:
    """The last finder, which notes what the others did not find."""

    def find_spec(self, name: str, _path: object = None, _target: object = None) -> None:
        _absent_modules.add(name.partition(".")[0])

    def find_distributions(self, context: Any) -> tuple[()]:
        # A search for all distributions depends on each of them.
        _absent_distributions.add(context.name or "*")
        return ()


_searches = _Searches()


def prepare(modules: list[str]) -> dict[str, str]:
    """Import modules as a program does; return the reasons of failed imports.

    From the first call on, reads of environment variables and searches for packages are recorded.
    """
    _environment.__getitem__ = _note_variable  # type: ignore[method-assign]
    if _searches not in sys.meta_path:
        sys.meta_path.append(_searches)
    load("_terrarium.generators").watch()
    # Some modules keep `__main__` when they are imported.
    main.open(Source("", "main.py"), True, f"{getcwd()}/main.py")
    failed = {}
    for name in modules:
        before = dict(sys.modules)
        try:
            as_user(__import__, name)
        except BaseException as error:
            failed[name] = f"{type(error).__name__}: {error}"
            _put_back(name, before)
    return failed


def _put_back(name: str, before: dict[str, Any]) -> None:
    """Forget what a failed import left, so that a program that imports the module starts over.

    Packages that were imported completely on the way stay: compiled modules cannot be loaded twice.
    """
    top = name.partition(".")[0]
    for other in [other for other in sys.modules if sys.modules[other] is not before.get(other)]:
        package = other.partition(".")[0]
        if package == top or package not in sys.modules:
            if other in before:
                sys.modules[other] = before[other]
            else:
                del sys.modules[other]


def settle() -> dict[str, list[Any]]:
    """Quiesce the interpreter.

    Return addresses near the states of random generators with the numbers of their words, the names of environment
    variables that were read, and those of modules and distributions that were not found.
    """
    _environment.__getitem__ = _read_variable  # type: ignore[method-assign]
    sys.meta_path[:] = [finder for finder in sys.meta_path if finder is not _searches]
    if "pkg_resources" in sys.modules:
        _absent_distributions.add("*")
    searches = {"reads": _reads, "absent_modules": _absent_modules, "absent_distributions": _absent_distributions}
    found: dict[str, list[Any]] = {}
    for kind, searched in searches.items():
        found[kind] = sorted(name for name in searched if type(name) is str)
        searched.clear()
    warm()
    load("_terrarium.library.environment").note_packages()
    main.park()
    # The modules that were imported may have changed both.
    interrupts.install()
    streams.renew()
    run.settings.is_new = True
    for name, names in _DRAWN.items():
        module = sys.modules.get(name)
        if module is not None:
            module.__dict__.update({key: value for key, value in names.items() if key in module.__dict__})
    _restart_logging()
    _quieten_exit()
    finder: Any
    for place, finder in sys.path_importer_cache.items():
        # Packages may be added there before an interpreter continues.
        if place.endswith("site-packages") and hasattr(finder, "_path_mtime"):
            finder._path_mtime = -1
    clocks = sys.modules.get("_terrarium.library.clocks")
    run.settings.zone_is_set = clocks is not None and clocks.is_set
    pristine.remember()
    run.settings.note_loaded()
    had_gc = "gc" in sys.modules
    import gc

    if not had_gc:
        del sys.modules["gc"]
    gc.collect()
    found["generators"] = load("_terrarium.generators").forget(gc.get_objects())
    if sys.platform == "emscripten":
        _send_objects(gc)
    global _has_settled
    _has_settled = True
    gc.freeze()
    return found


class _Start(int):
    """The time at which `logging` was imported: that of the start of the interpreter which continues."""

    def __rsub__(self, now: int) -> int:
        import logging
        from time import monotonic_ns, time_ns

        # The monotonic clock of every interpreter starts at one hour.
        logging._startTime = time_ns() - monotonic_ns() + 3_600_000_000_000  # type: ignore[attr-defined]
        passed: int = now - logging._startTime  # type: ignore[attr-defined]
        return passed


def _restart_logging() -> None:
    logging: Any = sys.modules.get("logging")
    if logging is not None and sys.platform == "emscripten":
        logging._startTime = _Start(logging._startTime)


class _Watch:
    """A marker among the exit functions, which notices when some are removed: removal compares them."""

    __hash__ = None  # type: ignore[assignment]

    def __call__(self) -> None:
        pass

    def __eq__(self, other: object) -> bool:
        run.settings.exit_functions = -1
        return False


_watch: Callable[[], None] = _Watch()


def _quieten_exit() -> None:
    """Skip exit functions while there is nothing for them to end, as in a program that uses none of their modules.

    These functions do nothing then. Other exit functions, which packages register, are called.
    """
    import atexit

    global _watch
    # That of the image from which this interpreter continued.
    atexit.unregister(_watch)
    # In the order of their registration elsewhere; they are called in the opposite order.
    known: list[tuple[Callable[[], object], Callable[[], object]]] = []
    logging = sys.modules.get("logging")
    if logging is not None and all(handler() is logging.lastResort for handler in logging._handlerList):
        known.append((logging.shutdown, lambda: len(logging._handlerList) > 1 or logging.root.handlers))
    weakref = sys.modules.get("weakref")
    if weakref is not None:
        registry = weakref.finalize._registry
        known.append((weakref.finalize._exitfunc, lambda: any(info.atexit for info in registry.values())))
    imaging = sys.modules.get("PIL._imaging")
    if imaging is not None:
        # The function only frees memory, which ends with the program.
        known.append((imaging.clear_cache, bool))
    helpers = sys.modules.get("matplotlib._pylab_helpers")
    if helpers is not None:
        known.append((helpers.Gcf.destroy_all, lambda: helpers.Gcf.figs))

    registered = []
    for function, has_work in known:
        before = atexit._ncallbacks()
        atexit.unregister(function)
        if atexit._ncallbacks() != before:
            registered.append((function, has_work))
    alone = atexit._ncallbacks() == 0
    for function, _ in registered:
        atexit.register(function)
    if not alone:
        return
    checks = [has_work for _, has_work in registered]

    def must_exit() -> bool:
        try:
            return any(check() for check in checks)
        except Exception:
            # The program changed the objects that are checked here.
            return True

    _watch = _Watch()
    atexit.register(_watch)
    run.settings.must_exit = must_exit
    run.settings.exit_functions = atexit._ncallbacks()


# Whether this interpreter was settled before: it continued from an image, whose objects are immortal.
_has_settled = False
# All objects, while the host works on them.
_kept: list[object] = []


def _send_objects(gc: Any) -> None:
    """Send the addresses of all objects to the host, and keep the objects there.

    The function makes them immortal. Otherwise every use of an object would write its reference count, and thereby copy
    a page of the image in each interpreter that continues from it.
    """
    global _kept
    _kept = gc.get_objects()
    from array import array

    # One bit for each possible place of an object: a set of a million numbers would leave its traces in the image.
    seen = bytearray()
    step = 1000

    is_old: Callable[[object], bool] = sys._is_immortal if _has_settled else lambda _: False  # type: ignore[attr-defined]

    def is_new(found: object) -> bool:
        if is_old(found):
            return False
        place = id(found) >> 3
        if place >> 3 >= len(seen):
            seen.extend(bytes((place >> 3) + 4096 - len(seen)))
        bit = 1 << (place & 7)
        if seen[place >> 3] & bit:
            return False
        seen[place >> 3] |= bit
        return True

    for found in _kept:
        is_new(found)
    start = 0
    while start < len(_kept):
        some = _kept[start : start + step]
        start += step
        _kept.extend([found for found in gc.get_referents(*some) if is_new(found)])
        channel.send(b"B", array("I", map(id, some)).tobytes())


def release() -> None:
    """Release the objects after the host has worked on them."""
    global _kept
    _kept = []
