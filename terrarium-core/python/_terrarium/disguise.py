"""Replaced functions that look like the originals: name, module, documentation, signature, and what `pickle` finds.

A function of C code is no method where a class has it as an attribute: `sleep = time.sleep` in a class takes no `self`.
A function of Python would. So the replacement of a function of C code is an object that is called like one.
"""

from __future__ import annotations

from _terrarium.pristine import BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

__builtins__ = BUILTINS

_Function: Any = type(lambda: None)
_Builtin: Any = type(len)
# The replacements by their functions: a module is changed again after each start of an image.
_made: dict[Any, Any] = {}


class _Stand:
    """A function that stands in for one of C code. Each has its own class, because calls look there."""

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        # Programs and `inspect` ask whether a function is of C code.
        return _Builtin

    def __repr__(self) -> str:
        return f"<built-in function {self.__name__}>"  # type: ignore[attr-defined]

    def __reduce__(self) -> str:
        name: str = self.__qualname__  # type: ignore[attr-defined]
        return name


def disguise(ours: Any, real: Any) -> Any:
    """Return the replacement of `real` that calls `ours`."""
    if type(ours) is not _Function:
        return ours
    # A method of a class keeps no module of its own in C.
    for name in ("__name__", "__qualname__", "__module__", "__doc__"):
        value = getattr(real, name, None)
        if value is not None or name == "__doc__":
            setattr(ours, name, value)
    ours.__annotations__ = {}
    # The source of the signature for `inspect`.
    ours.__wrapped__ = real
    return _stand(ours) if isinstance(real, _Builtin) else ours


def _stand(ours: Any, module: ModuleType | None = None) -> Any:
    """Return the object for a function, which belongs to `module` where nothing is replaced."""
    made = _made.get(ours)
    if made is None:
        made = type(_Builtin.__name__, (_Stand,), {"__call__": staticmethod(ours), "__module__": "builtins"})()
        names = made.__dict__
        for name in ("__name__", "__qualname__", "__module__", "__doc__"):
            names[name] = getattr(ours, name)
        real = getattr(ours, "__wrapped__", None)
        names["__wrapped__"] = ours if real is None else real
        names["__self__"] = getattr(real, "__self__", module)
        names["__text_signature__"] = _signature(ours) if real is None else getattr(real, "__text_signature__", None)
        _made[ours] = made
    return made


def _signature(ours: Any) -> str:
    """Return the signature of a function in the form in which functions of C code have it."""
    code, defaults = ours.__code__, ours.__defaults__ or ()
    count = code.co_argcount
    words = list(code.co_varnames[:count])
    for place, value in enumerate(defaults, count - len(defaults)):
        words[place] += f"={value!r}"
    words.insert(code.co_posonlyargcount, "/")
    if code.co_kwonlyargcount:
        words.append("*")
        for name in code.co_varnames[count : count + code.co_kwonlyargcount]:
            value = (ours.__kwdefaults__ or {}).get(name, _Function)
            words.append(name if value is _Function else f"{name}={value!r}")
    return f"({', '.join(['$module', *words])})"


def present(ours: Any) -> Any:
    """Return the replacement that calls `ours`, if there is one, else `ours`."""
    return _made.get(ours, ours) if type(ours) is _Function else ours


def replace(module: ModuleType, function: Any, *others: Any) -> Any:
    """Put a function into a module under its own name, as the module's own, and into `others` that have it too.

    Returns what was put there. In other interpreters, all these functions are of C code.
    """
    made = _made.get(function)
    if made is None:
        name: str = function.__name__
        real = getattr(module, name, None)
        if real is None:
            function.__module__, function.__qualname__ = module.__name__, name
            function.__annotations__ = {}
            made = _stand(function, module)
        else:
            made = disguise(function, real)
            function.__module__ = module.__name__
            if made is function:
                _made[function] = made
    for place in (module, *others):
        setattr(place, made.__name__, made)
    return made
