"""Options as keyword arguments: from Python's own types to the JSON form that the core reads."""

from __future__ import annotations

import operator
import os
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from terrarium._contents import content, contents
from terrarium._json import dumps


def sandbox_options(options: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the options of a sandbox as JSON, and separately the values without a JSON form."""
    plain = dict(options)
    rest = {"files": contents("files", plain.pop("files"))} if "files" in plain else {}
    return to_json(plain), rest


def execute_options(files: Any, options: dict[str, Any]) -> tuple[str | None, dict[str, Any] | None]:
    """Return the options of a run in the same way; None if there are none."""
    if not options and not files:
        return None, None
    plain, rest = {}, {}
    if files:
        rest["files"] = contents("files", files)
    for name, value in options.items():
        read = _REST.get(name)
        if read is None:
            plain[name] = value
        elif value is not None:
            rest[name] = read(name, value)
    return to_json(plain) if plain else None, rest


def picklable(options: Mapping[str, Any], files: Mapping[str, bytes]) -> dict[str, Any]:
    """Return the options of a sandbox in a form that pickles: contents as bytes, other mappings as dicts."""
    given = {name: dict(value) if isinstance(value, Mapping) else value for name, value in options.items()}
    return {**given, "files": dict(files)} if "files" in given else given


def to_json(options: Mapping[str, Any]) -> str:
    """Return options as JSON; an error names the option that has no JSON form."""
    try:
        return dumps(options, _plain)
    except (TypeError, ValueError):
        for name, value in options.items():
            try:
                dumps(value, _plain)
            except (TypeError, ValueError, RecursionError) as error:
                raise type(error)(f"option {name!r}: {error}") from None
        raise


def _plain(value: Any) -> Any:
    """Return the JSON form of a value that JSON does not have."""
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (set, frozenset)):
        raise TypeError("a set has no order; use a list")
    if isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray, memoryview)):
        return list(value)
    try:
        return operator.index(value)
    except TypeError:
        pass
    if hasattr(type(value), "__float__"):
        return float(value)
    raise TypeError(f"{type(value).__name__} is not among the types that it takes")


def _inputs(what: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise TypeError(f"{what}: expected a mapping of names to values, not {type(value).__name__}")
    for name in value:
        if not isinstance(name, str):
            raise TypeError(f"{what}: a name is a str, not {type(name).__name__}")
    return dict(value)


def _function(what: str, value: Any) -> Any:
    if not callable(value):
        raise TypeError(f"{what}: expected a function, not {type(value).__name__}")
    return value


def _cancel(what: str, value: Any) -> Any:
    from terrarium._native import CancelHandle

    if not isinstance(value, CancelHandle):
        raise TypeError(f"{what}: expected a CancelHandle, not {type(value).__name__}")
    return value


_REST: dict[str, Callable[[str, Any], Any]] = {
    "stdin": content,
    "inputs": _inputs,
    "cancel": _cancel,
    "on_stdout": _function,
    "on_stderr": _function,
}
