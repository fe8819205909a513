"""The registration of the changed, the added and the refused modules of the standard library."""

from __future__ import annotations

from _terrarium.pristine import BUILTINS, load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

__builtins__ = BUILTINS

# Modules of the library, and the functions of this package that change them.
_CHANGED = {
    "time": "clocks.change",
    "os": "system.change",
    "fcntl": "descriptors.change_locks",
    "hashlib": "keys.change",
    "locale": "locales.change",
    "signal": "signals.change",
    "pty": "programs.change_terminals",
    "subprocess": "programs.change",
    "multiprocessing.connection": "pipes.change_connections",
    "multiprocessing.context": "workers.change_contexts",
    "multiprocessing.heap": "pipes.change_heap",
    "multiprocessing.managers": "managers.change",
    "multiprocessing.queues": "pipes.change_queues",
    "multiprocessing.resource_tracker": "workers.change_tracker",
    "multiprocessing.synchronize": "workers.change_locks",
    "concurrent.futures": "executors.change_futures",
    "concurrent.futures.process": "executors.change_executor",
    "joblib._multiprocessing_helpers": "joblib_serial.change",
    "lxml.etree": "pages.change",
    "micropip": "installs.change_micropip",
}
# Modules of the library with other contents, and the functions that fill them.
_REPLACED = {
    "_multiprocessing": "workers.fill_semaphores",
    "concurrent.futures.interpreter": "executors.fill_interpreters",
}
# Modules that the guest's build does not have, from the folder `modules`.
_ADDED = ("_posixshmem", "grp", "host", "micropip", "pwd", "resource")
_NO_PROCESSES = "processes cannot be started in this sandbox"
_NO_SCREEN = "there is neither a screen nor a terminal in this sandbox"
_NO_INTERPRETERS = "further interpreters cannot be made in this sandbox"
_NO_INSTALLING = "an interpreter cannot make another one; `%pip install` installs packages in this one"
# Modules that do not exist, with the reason.
_REFUSED = {
    "_curses": _NO_SCREEN,
    "_curses_panel": _NO_SCREEN,
    "_interpchannels": _NO_INTERPRETERS,
    "_interpqueues": _NO_INTERPRETERS,
    "_interpreters": _NO_INTERPRETERS,
    "_tkinter": _NO_SCREEN,
    "curses": _NO_SCREEN,
    "ensurepip": _NO_INSTALLING,
    "idlelib": _NO_SCREEN,
    "readline": _NO_SCREEN,
    "syslog": "there is no system log in this sandbox",
    "tkinter": _NO_SCREEN,
    "turtle": _NO_SCREEN,
    "turtledemo": _NO_SCREEN,
    "venv": _NO_INSTALLING,
}
_HERE = __file__.rpartition("/")[0]


def install(finder: Any, supplier: Any) -> None:
    """Register everything with the finders. Modules that are loaded already are changed at once."""
    for name, topic in _CHANGED.items():
        finder.add(name, _by(topic))
    for name, topic in _REPLACED.items():
        finder.replace(name, _by(topic))
    for name in _ADDED:
        supplier.provide(name, f"{_HERE}/modules/{name}.py")
    supplier.provide("pip", f"{_HERE}/modules/pip/__init__.py")
    for name, reason in _REFUSED.items():
        supplier.miss(name, reason)


def _by(topic: str) -> Any:
    place, _, function = topic.partition(".")

    def hook(module: ModuleType) -> None:
        getattr(load("_terrarium.library." + place), function)(module)

    return hook
