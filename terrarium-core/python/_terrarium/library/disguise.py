"""Makes functions of the harness look like those of the library that they replace."""

from __future__ import annotations

from _terrarium.pristine import BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any

__builtins__ = BUILTINS


def replace(module: ModuleType, function: Callable[..., Any], *others: Any) -> None:
    """Put a function into a module under its own name, as the module's own, and into `others` that have it too."""
    name: str = function.__name__
    real = getattr(module, name, None)
    function.__module__, function.__qualname__ = module.__name__, name
    function.__annotations__ = {}
    if real is not None and real is not function:
        function.__doc__ = real.__doc__
        # The source of the signature for `inspect`.
        function.__wrapped__ = real  # type: ignore[attr-defined]
    for place in (module, *others):
        setattr(place, name, function)
