"""The module that programs may import as `terrarium`."""

from __future__ import annotations

import sys

from _terrarium.pristine import BUILTINS, load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__builtins__ = BUILTINS


def display(*objects: object, raw: bool = False, metadata: dict[str, Any] | None = None, **options: Any) -> Any:
    """Show objects in the result of the run: by their rich reprs (`_repr_html_` and so on) and as text.

    With `raw=True` each object is a MIME bundle: a dict from MIME type to str or bytes. `include` and `exclude` are
    MIME types to show and not to show. With a `display_id` (True for a new one) it returns a handle, whose `update`
    shows another object in place of this one.
    """
    return load("_terrarium.display").display(*objects, raw=raw, metadata=metadata, **options)


def module() -> Any:
    """Return the module `terrarium`."""
    made: Any = type(sys)("terrarium", "The sandbox from inside.")
    made.display = display
    made.__all__ = ["display"]
    return made
