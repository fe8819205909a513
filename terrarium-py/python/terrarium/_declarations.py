"""Declarations of functions of the host: names, signatures and documentation, from what users pass as `functions`."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Mapping
from typing import Any

from terrarium._functions import HostFunction


class _Declared:
    """The form of a declaration that the native module reads."""

    __slots__ = ("doc", "function", "is_async", "name", "signature", "timeout")

    def __init__(self, name: str, given: Any) -> None:
        declared = given if isinstance(given, HostFunction) else HostFunction(given)
        function = declared.function
        self.name = name
        self.is_async = _is_async(function)
        self.doc = declared.doc if declared.doc is not None else inspect.getdoc(function) or ""
        signature, models = _signature(function)
        self.signature = declared.signature or signature
        self.timeout = declared.timeout
        self.function = _Invoked(function, self.is_async, models)


class _Invoked:
    """A function, and what its calls need."""

    __slots__ = ("function", "is_async", "models", "names")

    def __init__(self, function: Any, is_async: bool, models: dict[str, Any]) -> None:
        self.function = function
        self.is_async = is_async
        # The parameters whose classes make objects from dicts, by name.
        self.models = models
        self.names = list(inspect.signature(function).parameters) if models else []


def _is_async(function: Any) -> bool:
    called = getattr(function, "__call__", None)  # noqa: B004
    return any(inspect.iscoroutinefunction(f) or inspect.isasyncgenfunction(f) for f in (function, called))


def declarations(given: Any) -> list[_Declared]:
    """Return the declarations of the option `functions`."""
    found: list[_Declared] = []
    _collect(given, "", found)
    return found


def _collect(given: Any, prefix: str, found: list[_Declared]) -> None:
    if isinstance(given, Mapping):
        for name, item in given.items():
            if not isinstance(name, str):
                raise TypeError(f"functions: the name {name!r} is no text")
            if isinstance(item, Mapping):
                _collect(item, f"{prefix}{name}.", found)
            elif callable(item) or isinstance(item, HostFunction):
                found.append(_Declared(prefix + name, item))
            else:
                raise TypeError(f"functions: {prefix}{name} is {type(item).__name__}, not a function")
        return
    if isinstance(given, (str, bytes)) or not isinstance(given, Iterable):
        raise TypeError(f"functions: expected functions by name or a list of functions, not {type(given).__name__}")
    for item in given:
        name = item.name if isinstance(item, HostFunction) else getattr(item, "__name__", None)
        if not (callable(item) or isinstance(item, HostFunction)) or not name:
            raise TypeError(f"functions: {item!r} is no function with a name")
        found.append(_Declared(name, item))


def _signature(function: Any) -> tuple[str | None, dict[str, Any]]:
    """Return the signature of a function as text, and its parameters with classes that make objects from dicts."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return None, {}
    try:
        from typing import get_type_hints

        hints = get_type_hints(getattr(function, "__func__", function))
    except Exception:
        # Names that only type checkers see.
        hints = {}
    models = {}
    texts: list[str] = []
    parameters = list(signature.parameters.values())
    before = None
    for parameter in parameters:
        hint = hints.get(parameter.name, parameter.annotation)
        if hasattr(hint, "model_validate"):
            models[parameter.name] = hint
            hint = dict
        if before == parameter.POSITIONAL_ONLY != parameter.kind:
            texts.append("/")
        if parameter.kind == parameter.KEYWORD_ONLY and before not in (
            parameter.VAR_POSITIONAL,
            parameter.KEYWORD_ONLY,
        ):
            texts.append("*")
        stars = "*" * (parameter.kind == parameter.VAR_POSITIONAL) + "**" * (parameter.kind == parameter.VAR_KEYWORD)
        note = _annotation(hint)
        text = f"{stars}{parameter.name}" + (f": {note}" if note else "")
        if parameter.default is not parameter.empty:
            equals = " = " if note else "="
            text += equals + _default(parameter.default)
        texts.append(text)
        before = parameter.kind
    if before == inspect.Parameter.POSITIONAL_ONLY:
        texts.append("/")
    returns = _annotation(hints.get("return", signature.return_annotation))
    return f"({', '.join(texts)})" + (f" -> {returns}" if returns else ""), models


# The characters of annotations that the core reads.
_NOTE = re.compile(r"[\w .,|\[\]()'\"-]*")


def _annotation(hint: Any) -> str:
    if hint is inspect.Parameter.empty or hint is Any:
        return ""
    if hasattr(hint, "model_validate"):
        return "dict"
    if hint is None or hint is type(None):
        return "None"
    if isinstance(hint, str):
        text = hint
    elif isinstance(hint, type) and not getattr(hint, "__args__", None):
        text = hint.__name__
    else:
        text = re.sub(r"\b(?:typing|collections\.abc|builtins)\.", "", repr(hint))
    return text if _NOTE.fullmatch(text) else ""


def _default(value: Any) -> str:
    if value is None or type(value) in (bool, int, float):
        return repr(value)
    if type(value) is str and _NOTE.fullmatch(value) and "'" not in value and '"' not in value:
        return repr(value)
    return {"[]": "[]", "{}": "{}", "()": "()"}.get(repr(value), "...") if type(value) in (list, dict, tuple) else "..."
