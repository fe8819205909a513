"""The names of functions of the host.

A name is in the builtins, so that every module sees it, and a name of the program has precedence. The signature and the
documentation of a function are requested from the host when a program asks for them.
"""

from __future__ import annotations

import builtins
import sys
from functools import partial
from itertools import repeat
from sys import modules

from _terrarium.host.awaits import call_async
from _terrarium.host.calls import call, content, forget, send
from _terrarium.host.errors import HostError
from _terrarium.pristine import BUILTINS, load
from _terrarium.wire import _scan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

__builtins__ = BUILTINS


# The bytes of the longest description.
_MOST_DESCRIPTION = 1 << 18


class _State:
    """The names and modules that are installed, and the descriptions that were requested."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.modules: list[str] = []
        self.known: dict[str, dict[str, Any]] = {}


state = _State()


class Function(partial):  # type: ignore[type-arg]
    """A function of the host."""

    __slots__ = ()

    @property
    def __name__(self) -> str:
        name: str = self.args[0]
        return name.rpartition(".")[2]

    @property
    def __doc__(self) -> str | None:  # type: ignore[override]
        return description(self.args[0])["doc"] or None

    @property
    def __signature__(self) -> Any:
        return _declared(self.args[0])[0]

    def __getattr__(self, name: str) -> Any:
        # A class has these for itself, so they cannot be properties.
        if name == "__qualname__":
            return self.__name__
        if name == "__annotations__":
            return _declared(self.args[0])[1]
        raise AttributeError(f"{self!r} has no attribute {name!r}", name=name, obj=self)

    @property
    def sync(self) -> Any:
        """The function whose calls wait."""
        return partial(call, self.args[0])

    @property
    def aio(self) -> Any:
        """The function whose calls are awaited."""
        return CoroutineFunction(call_async, self.args[0])

    def __repr__(self) -> str:
        return f"<host function {self.args[0]}>"

    def __reduce__(self) -> Any:
        return member, self.args


class CoroutineFunction(Function):
    """A function of the host whose calls are awaited."""

    __slots__ = ()


def _module_of(function: Any) -> str:
    name: str = function.args[0]
    return name.rpartition(".")[0] or "host"


for _kind in (Function, CoroutineFunction):
    type.__setattr__(_kind, "__module__", property(_module_of))


def description(name: str) -> dict[str, Any]:
    """Return the parts of a function's declaration: `name`, `signature`, `doc` and `is_async`."""
    found = state.known.get(name)
    if found is None:
        _, buffer = send(b"D" + name.encode(), _MOST_DESCRIPTION)
        found = _scan(str(content(buffer), "utf-8"), 0)[0]
        if found is None:
            raise LookupError(f"the host has no function {name!r}")
        state.known[name] = found
    return found


def search(text: str = "") -> list[dict[str, Any]]:
    """Return the declarations of the functions whose name or documentation has all words of a text."""
    _, buffer = send(b"L" + text.encode(), _MOST_DESCRIPTION)
    return [dict(description(name)) for name in _scan(str(content(buffer), "utf-8"), 0)[0]]


def names() -> list[str]:
    """Return the names of all functions."""
    try:
        _, buffer = send(b"L", _MOST_DESCRIPTION)
    except HostError:
        return []
    found: list[str] = _scan(str(content(buffer), "utf-8"), 0)[0]
    return found


def member(name: str) -> Any:
    """Return the function of a name."""
    found = description(name)
    return CoroutineFunction(call_async, name) if found["is_async"] else Function(call, name)


def _declared(name: str) -> tuple[Any, dict[str, Any]]:
    """Return the signature and the annotations of a function."""
    found = description(name)
    if "declared" not in found:
        inspect = load("inspect")
        text = f"from __future__ import annotations\ndef function{found['signature']}: ..."
        scope: dict[str, Any] = {"__builtins__": BUILTINS}
        exec(compile(text, "<host>", "exec"), scope)
        typing = load("typing")
        notes = {}
        for key, note in scope["function"].__annotations__.items():
            try:
                notes[key] = eval(note, {"__builtins__": BUILTINS, "typing": typing, **typing.__dict__})
            except Exception:
                # A type that only the host has.
                notes[key] = note
        scope["function"].__annotations__ = notes
        found["declared"] = (inspect.signature(scope["function"]), notes)
    declared: tuple[Any, dict[str, Any]] = found["declared"]
    return declared


def prepare(named: dict[str, str] | None, program: dict[str, Any]) -> None:
    """Begin a run: forget the calls of the last one, and install the names of new functions."""
    forget()
    if named is not None:
        install(named, program)


def install(named: dict[str, str], program: dict[str, Any]) -> None:
    """Make the names of functions, in place of the earlier ones. `program` gets those that would hide a builtin."""
    places = builtins.__dict__
    for name in state.names:
        if isinstance(places.get(name), Function):
            del places[name]
    for name in state.modules:
        modules.pop(name, None)
    state.names, state.modules, state.known = [], [], {}
    for kind, function, text in (
        (Function, call, named["plain"]),
        (CoroutineFunction, call_async, named["coroutines"]),
    ):
        found = text.split()
        if not found:
            continue
        made: Any = zip(found, map(kind, repeat(function), found), strict=False)
        if "." in text or not places.keys().isdisjoint(found):
            made = [(name, value) for name, value in made if _is_plain(name, value, program)]
        made = dict(made)
        places.update(made)
        state.names.extend(made)


def _is_plain(name: str, value: Any, program: dict[str, Any]) -> bool:
    """Whether a name belongs into the builtins. Others get their place."""
    if "." in name:
        path, _, last = name.rpartition(".")
        setattr(_module(path), last, value)
        return False
    if name in BUILTINS:
        program[name] = value
        return False
    return True


def _module(path: str) -> ModuleType:
    if path in state.modules:
        return modules[path]
    module = type(sys)(path, "Functions of the host.")
    modules[path] = module
    state.modules.append(path)
    above, _, last = path.rpartition(".")
    if above:
        module_above = _module(above)
        module_above.__dict__.setdefault("__path__", [])
        setattr(module_above, last, module)
    return module
