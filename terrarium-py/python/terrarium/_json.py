"""JSON, loaded when it is first needed: it takes a good part of the time that importing this package may take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def loads(text: str) -> Any:
    """Return what a text says."""
    import json

    return json.loads(text)


def dumps(value: Any, default: Callable[[Any], Any]) -> str:
    """Return the text of a value; `default` gives what JSON has for a value that it has not."""
    import json

    return json.dumps(value, default=default, allow_nan=False)
