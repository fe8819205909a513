"""JSON, loaded on its first use: it takes a good part of the time that the import of this package may take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def loads(text: str) -> Any:
    """Return the value of a JSON text."""
    import json

    return json.loads(text)


def dumps(value: Any, default: Callable[[Any], Any]) -> str:
    """Return the JSON text of a value; `default` converts values without a JSON form."""
    import json

    return json.dumps(value, default=default, allow_nan=False, ensure_ascii=False)
