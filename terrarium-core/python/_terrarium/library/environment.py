"""`os.putenv` and `os.unsetenv`: as fast with many variables as with few, and seen by the packages of an image.

The C library searches through all variables for each one that is set. Once a program has set many, the harness keeps a
table of their places and writes to the C library's list itself. The list stays the one that C code reads.

A program sets variables before it imports the package that reads them. In an image, the package was imported before.
"""

from __future__ import annotations

import os
import posix
import sys
from importlib.machinery import ExtensionFileLoader

from _terrarium.disguise import replace
from _terrarium.pristine import BUILTINS, load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

__builtins__ = BUILTINS

_putenv: Any = posix.putenv
_unsetenv: Any = posix.unsetenv
# The changes that the C library makes before the harness does.
_FEW = 1000
_changes = 0
_list: _List | None = None
# In an image: packages without compiled modules, by the beginning of the names of their variables.
_packages: dict[str, ModuleType] = {}


class _List:
    """The C library's list of texts NAME=VALUE, an array of addresses that ends with a null."""

    def __init__(self) -> None:
        import ctypes

        self._ctypes: Any = ctypes
        self._place: Any = ctypes.c_void_p.in_dll(ctypes.CDLL(None), "environ")
        self._names: list[bytes] = []
        # Texts that the list refers to, by name: they stay alive as long as the list may contain them.
        self._texts: dict[bytes, bytes] = {}
        self._index: dict[bytes, int] = {}
        self._array: Any = None
        self._load()

    def _load(self) -> None:
        """Take over the list as it is."""
        ctypes = self._ctypes
        self._names, self._index = [], {}
        addresses: list[int] = []
        if self._place.value is not None:
            words = ctypes.cast(self._place.value, ctypes.POINTER(ctypes.c_void_p))
            while (address := words[len(addresses)]) is not None:
                addresses.append(address)
        # The old array stays until the C library's pointer has left it.
        old, self._array = self._array, (ctypes.c_void_p * (2 * len(addresses) + 64))(*addresses)
        for place, address in enumerate(addresses):
            name = ctypes.string_at(address).partition(b"=")[0]
            self._names.append(name)
            self._index.setdefault(name, place)
        self._texts = {name: text for name, text in self._texts.items() if name in self._index}
        self._place.value = ctypes.addressof(self._array)
        del old

    def _is_ours(self) -> bool:
        """Whether no C code has moved the list or an entry since."""
        count = len(self._names)
        if self._place.value != self._ctypes.addressof(self._array) or self._array[count] is not None:
            return False
        return count == 0 or self._array[count - 1] is not None

    def set(self, name: bytes, value: bytes) -> None:
        """Set a variable."""
        if not self._is_ours():
            self._load()
        text = name + b"=" + value
        address = self._ctypes.cast(self._ctypes.c_char_p(text), self._ctypes.c_void_p).value
        place = self._index.get(name)
        if place is not None:
            self._array[place] = address
            self._texts[name] = text
            return
        place = len(self._names)
        if place + 2 > len(self._array):
            longer = (self._ctypes.c_void_p * (2 * len(self._array)))(*self._array)
            self._array = longer
            self._place.value = self._ctypes.addressof(longer)
        self._array[place] = address
        self._names.append(name)
        self._texts[name] = text
        self._index[name] = place

    def remove(self, name: bytes) -> None:
        """Remove a variable; the last one takes its place."""
        if not self._is_ours():
            self._load()
        place = self._index.pop(name, None)
        if place is None:
            return
        last = len(self._names) - 1
        self._array[place] = self._array[last]
        self._array[last] = None
        self._texts.pop(name, None)
        moved = self._names.pop()
        if place != last:
            self._names[place] = moved
            self._index[moved] = place


def _list_of_many() -> _List | None:
    """Return the list, once the program has changed it often."""
    global _changes, _list
    if _list is None:
        _changes += 1
        if _changes > _FEW:
            try:
                _list = _List()
            except (ImportError, OSError, ValueError):
                # The program has changed `ctypes`, or hides it.
                _changes = 0
    return _list


def putenv(name: Any, value: Any, /) -> None:
    words = None if _changes < _FEW and _list is None else (os.fsencode(name), os.fsencode(value))
    many = _list_of_many()
    if many is None or words is None or not words[0] or b"=" in words[0] or b"\0" in b"".join(words):
        _putenv(name, value)
    else:
        many.set(*words)
    if _packages:
        _tell_packages(os.fsdecode(name), os.fsdecode(value))


def unsetenv(name: Any, /) -> None:
    word = None if _changes < _FEW and _list is None else os.fsencode(name)
    many = _list_of_many()
    if many is None or not word or b"=" in word or b"\0" in word:
        _unsetenv(name)
    else:
        many.remove(word)


def note_packages() -> None:
    """Note the packages that are loaded, before a program has imported any."""
    compiled = set()
    packages = {}
    for name, module in sys.modules.items():
        top = name.partition(".")[0]
        spec = getattr(module, "__spec__", None)
        if isinstance(getattr(spec, "loader", None), ExtensionFileLoader):
            compiled.add(top)
        if name == top and top not in sys.stdlib_module_names and not top.startswith("_") and spec is not None:
            packages[top] = module
    _packages.clear()
    _packages.update({f"{top.upper()}_": packages[top] for top in packages if top not in compiled | _STAYING})
    if "matplotlib" in packages:
        _packages["MPLBACKEND"] = packages["matplotlib"]


# The harness's own modules.
_STAYING = {"terrarium", "IPython"}


def _tell_packages(name: str, value: str) -> None:
    """Let a package that was imported before the program see a variable that the program sets.

    The modules of the package are forgotten, so that its next import reads the variable.
    """
    if os.environ.get(name) == value:
        return
    for prefix in [prefix for prefix in _packages if name.startswith(prefix)]:
        module = _packages.pop(prefix)
        top = module.__name__
        if sys.modules.get(top) is not module:
            continue
        if prefix == "MPLBACKEND":
            _packages[prefix] = module
            load("_terrarium.figures").choose_backend(module, value)
            continue
        for loaded in [loaded for loaded in sys.modules if loaded == top or loaded.startswith(f"{top}.")]:
            del sys.modules[loaded]


def change(module: ModuleType) -> None:
    """Change `os`, and `posix`, where its functions come from."""
    for function in (putenv, unsetenv):
        replace(posix, function, module)
