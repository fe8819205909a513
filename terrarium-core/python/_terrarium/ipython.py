"""`IPython.display` for programs that were written for notebooks, where the package IPython is absent.

Only the part is here that shows objects. `get_ipython` returns None, as outside of a notebook, so libraries that ask
for a notebook find none.
"""

from __future__ import annotations

from _terrarium import ipython_media, ipython_objects
from _terrarium.display import Handle, clear_output, display, update_display
from _terrarium.pristine import BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

__builtins__ = BUILTINS

# The version whose interface this is; libraries compare it.
_VERSION = (9, 6, 0)


def set_matplotlib_formats(*_formats: str, **_options: Any) -> None:
    """Do nothing: figures are displayed as PNG."""


def set_matplotlib_close(close: bool = True) -> None:
    """Do nothing: figures that a run leaves open are displayed and closed at its end."""


def _kind(name: str, mime: str) -> Any:
    """Return the function `display_html` and so on."""

    def show(*objects: Any, raw: bool = False, **options: Any) -> None:
        for value in objects:
            if raw:
                display({mime: value}, raw=True, **options)
            else:
                display(value, include=[mime], **options)

    show.__name__ = show.__qualname__ = name
    return show


def _publish(
    data: dict[str, Any],
    metadata: dict[str, Any] | None = None,
    *,
    transient: dict[str, Any] | None = None,
    update: bool = False,
    **_options: Any,
) -> None:
    """Display a MIME bundle."""
    display(data, metadata=metadata, transient=transient, update=update, raw=True)


_publish.__name__ = _publish.__qualname__ = "publish_display_data"

_MIMES = {
    "html": "text/html",
    "javascript": "application/javascript",
    "jpeg": "image/jpeg",
    "json": "application/json",
    "latex": "text/latex",
    "markdown": "text/markdown",
    "pdf": "application/pdf",
    "png": "image/png",
    "pretty": "text/plain",
    "svg": "image/svg+xml",
    "webp": "image/webp",
}
# The module that the classes are of.
_MODULE = "IPython.core.display"


def _display_names() -> dict[str, Any]:
    names: dict[str, Any] = {}
    for module in (ipython_objects, ipython_media):
        for name, value in vars(module).items():
            if isinstance(value, type) and not name.startswith("_") and value.__module__ in (module.__name__, _MODULE):
                value.__module__ = _MODULE
                names[name] = value
    for function in (display, clear_output, update_display, set_matplotlib_formats, set_matplotlib_close):
        names[function.__name__] = function
    names["DisplayHandle"] = Handle
    names["publish_display_data"] = _publish
    for short, mime in _MIMES.items():
        names["display_" + short] = _kind("display_" + short, mime)
    return names


def _get_ipython() -> None:
    """Return None: the program does not run in a notebook."""


def fill(module: ModuleType) -> None:
    """Define the content of `IPython` or one of its parts."""
    names = vars(module)
    if module.__name__ == "IPython":
        names["version_info"], names["__version__"] = _VERSION, ".".join(map(str, _VERSION))
        names["get_ipython"], names["display"] = _get_ipython, display
    elif module.__name__ == "IPython.core.getipython":
        names["get_ipython"] = _get_ipython
    elif module.__name__ != "IPython.core":
        names.update(_display_names())
