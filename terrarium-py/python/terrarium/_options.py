"""Options as keyword arguments: from Python's own types to the JSON form that the core reads."""

from __future__ import annotations

import operator
import os
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from terrarium._contents import content, contents, path
from terrarium._json import dumps

# The default of the option `file_bytes`.
FILE_BYTES = 100 << 20
# The levels of lists and mappings in options.
_LEVELS = 64


def sandbox_options(options: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the options of a sandbox as JSON, and separately the values without a JSON form."""
    plain = dict(options)
    given = options.get("file_bytes")
    limit = given if isinstance(given, int) and given >= 0 else FILE_BYTES
    rest: dict[str, Any] = {"files": contents("files", plain.pop("files"), limit)} if "files" in plain else {}
    for name in _FUNCTIONS:
        given = plain.pop(name, None)
        if given is not None:
            rest[name] = _REST[name](name, given)
    return to_json(plain), rest


def execute_options(
    files: Any, options: dict[str, Any], limit: Callable[[], int], context: Any = None
) -> tuple[str | None, dict[str, Any] | None]:
    """Return the options of a run in the same way; None if there are none. `limit` returns the option `file_bytes`.

    `context` is what functions of the host get of their caller.
    """
    if not options and not files and context is None:
        return None, None
    plain: dict[str, Any] = {}
    rest: dict[str, Any] = {} if context is None else {"context": context}
    if files:
        rest["files"] = contents("files", files, limit())
    for name, value in options.items():
        read = _REST.get(name)
        if name == "stdin":
            if value is not None:
                rest[name] = _stdin(name, value, limit)
        elif read is None:
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
        return _checked(options)
    except (TypeError, ValueError, RecursionError):
        for name, value in options.items():
            try:
                _checked({"": value})
            except UnicodeEncodeError:
                raise ValueError(f"option {name!r}: a text has a lone surrogate, which UTF-8 cannot hold") from None
            except RecursionError:
                raise ValueError(f"option {name!r}: it is nested too deep") from None
            except (TypeError, ValueError) as error:
                raise type(error)(f"option {name!r}: {error}") from None
        raise


def _checked(options: Mapping[str, Any]) -> str:
    text = dumps(options, _plain)
    if not text.isascii():
        text.encode()
    # No option has this many levels, and the core reads no more.
    if text.count("[") + text.count("{") > _LEVELS and _depth(options) > _LEVELS:
        raise RecursionError
    return text


def _depth(value: Any) -> int:
    """Return the number of levels of lists and mappings, up to a few more than are allowed."""
    level, depth = [value], 0
    while level and depth <= _LEVELS:
        parts = [part.values() if isinstance(part, Mapping) else part for part in level]
        level = [item for part in parts for item in part if isinstance(item, (Mapping, list, tuple))]
        depth += 1
    return depth


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
        path(what, name)
    return dict(value)


def _stdin(what: str, value: Any, limit: Callable[[], int]) -> Any:
    if not isinstance(value, (str, bytes)):
        from terrarium._asking import Asker, is_asked

        if isinstance(value, Asker):
            return value
        if is_asked(value):
            return Asker(value)
    return content(what, value, limit())


def _display(what: str, value: Any) -> Any:
    from terrarium._events import DisplayReader

    return DisplayReader(_function(what, value))


def _event(what: str, value: Any) -> Any:
    from terrarium._events import EventReader

    return EventReader(_function(what, value))


def _function(what: str, value: Any) -> Any:
    if not callable(value):
        raise TypeError(f"{what}: expected a function, not {type(value).__name__}")
    return value


def _cancel(what: str, value: Any) -> Any:
    from terrarium._native import CancelHandle

    if not isinstance(value, CancelHandle):
        raise TypeError(f"{what}: expected a CancelHandle, not {type(value).__name__}")
    return value


def _functions(_what: str, value: Any) -> Any:
    from terrarium._declarations import declarations

    return declarations(value)


_REST: dict[str, Callable[[str, Any], Any]] = {
    "inputs": _inputs,
    "cancel": _cancel,
    "on_stdout": _function,
    "on_stderr": _function,
    "on_display": _display,
    "on_event": _event,
    "functions": _functions,
    "decide": _function,
}
# The options of a sandbox that have no JSON form.
_FUNCTIONS = ("functions", "decide")
