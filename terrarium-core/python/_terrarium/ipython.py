"""`IPython.display` for programs that were written for notebooks, where the package IPython is absent.

Only the part is here that shows objects. `get_ipython` returns None, as outside of a notebook, so libraries that ask
for a notebook find none.
"""

from __future__ import annotations

from html import escape
from json import loads
from mimetypes import guess_type
from pathlib import Path

from _terrarium.display import Handle, display
from _terrarium.pristine import BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

__builtins__ = BUILTINS

# The version whose interface this is; libraries compare it.
_VERSION = (9, 6, 0)


class DisplayObject:
    """Data with the MIME type of its class, from an argument or a file."""

    _mime = "text/plain"
    _binary = False

    def __init__(
        self, data: Any = None, url: str | None = None, filename: Any = None, metadata: dict[str, Any] | None = None
    ) -> None:
        if isinstance(data, (str, Path)) and filename is None and url is None and _is_file(data):
            data, filename = None, data
        if isinstance(data, Path):
            data = str(data)
        if filename is not None:
            data = Path(filename).read_bytes() if self._binary else Path(filename).read_text(encoding="utf-8")
        self.data, self.url, self.filename, self.metadata = data, url, filename, metadata or {}

    def _repr_mimebundle_(self, **_options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        if self.data is None:
            if self.url is None:
                return {}, {}
            return {"text/html": f'<a href="{escape(self.url)}">{escape(self.url)}</a>'}, {}
        return {self._mime: self._content()}, {self._mime: self.metadata} if self.metadata else {}

    def _content(self) -> Any:
        return self.data

    def __repr__(self) -> str:
        return f"<IPython.core.display.{type(self).__name__} object>"


def _is_file(data: Any) -> bool:
    text = str(data)
    try:
        return len(text) < 256 and "\n" not in text and "<" not in text and Path(text).is_file()
    except (OSError, ValueError):
        return False


class TextDisplayObject(DisplayObject):
    """Text with a MIME type."""


class HTML(TextDisplayObject):
    """HTML."""

    _mime = "text/html"

    def _repr_html_(self) -> Any:
        return self.data

    def __html__(self) -> Any:
        return self.data


class Markdown(TextDisplayObject):
    """Markdown."""

    _mime = "text/markdown"


class Latex(TextDisplayObject):
    """LaTeX."""

    _mime = "text/latex"


class Math(Latex):
    """A formula in LaTeX."""

    def _content(self) -> Any:
        return f"$\\displaystyle {str(self.data).strip('$')}$"


class Pretty(TextDisplayObject):
    """Plain text."""

    def __repr__(self) -> str:
        return str(self.data)


class SVG(DisplayObject):
    """A drawing in SVG."""

    _mime = "image/svg+xml"


class Javascript(TextDisplayObject):
    """JavaScript, which only a front end that allows it runs."""

    _mime = "application/javascript"


class JSON(DisplayObject):
    """JSON data, or JSON text."""

    _mime = "application/json"

    def _content(self) -> Any:
        return loads(self.data) if isinstance(self.data, (str, bytes)) else self.data


class GeoJSON(JSON):
    """GeoJSON data."""

    _mime = "application/geo+json"


class Code(TextDisplayObject):
    """The text of a program."""

    def __init__(self, data: Any = None, url: str | None = None, filename: Any = None, language: Any = None) -> None:
        super().__init__(data, url, filename)
        self.language = language

    def _repr_mimebundle_(self, **_options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        text = str(self.data or "")
        return {"text/html": f"<pre>{escape(text)}</pre>", "text/plain": text}, {}

    def __repr__(self) -> str:
        return str(self.data)


class Image(DisplayObject):
    """A picture: the bytes of a file, the name of a file, or an address."""

    _binary = True

    def __init__(
        self,
        data: Any = None,
        url: Any = None,
        filename: Any = None,
        format: Any = None,  # noqa: A002
        **options: Any,
    ) -> None:
        if isinstance(data, str) and data.startswith(("http://", "https://")):
            data, url = None, data
        self.width, self.height = options.get("width"), options.get("height")
        super().__init__(data, url, filename, options.get("metadata"))
        if isinstance(self.data, str):
            # A name that is no file, as in IPython.
            raise FileNotFoundError(f"No such file or directory: {self.data!r}")
        self.format = format or _format(self.data or b"")
        self._mime = "image/" + {"jpg": "jpeg", "svg": "svg+xml"}.get(self.format, self.format)
        size = {"width": self.width, "height": self.height}
        self.metadata.update({name: value for name, value in size.items() if value is not None})

    def _repr_mimebundle_(self, **_options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        if self.data is None and self.url is not None:
            return {"text/html": f'<img src="{escape(str(self.url))}"/>'}, {}
        return super()._repr_mimebundle_()


def _format(data: bytes) -> str:
    for start, name in ((b"\xff\xd8", "jpeg"), (b"GIF8", "gif"), (b"RIFF", "webp"), (b"BM", "bmp")):
        if data.startswith(start):
            return name
    return "png"


class IFrame:
    """A page inside the page."""

    def __init__(self, src: str, width: Any, height: Any, **_: Any) -> None:
        self.src, self.width, self.height = src, width, height

    def _repr_html_(self) -> str:
        return f'<iframe width="{self.width}" height="{self.height}" src="{escape(str(self.src))}"></iframe>'


class YouTubeVideo(IFrame):
    """A film of a page of films."""

    def __init__(self, id: str, width: Any = 400, height: Any = 300, **options: Any) -> None:  # noqa: A002
        super().__init__(f"https://www.youtube.com/embed/{id}", width, height, **options)


class VimeoVideo(IFrame):
    """A film of another page of films."""

    def __init__(self, id: str, width: Any = 400, height: Any = 300, **options: Any) -> None:  # noqa: A002
        super().__init__(f"https://player.vimeo.com/video/{id}", width, height, **options)


class FileLink:
    """The name of a file that the run returns."""

    def __init__(self, path: Any, *_: Any, **__: Any) -> None:
        self.path = str(path)

    def _repr_html_(self) -> str:
        return f'<a href="{escape(self.path)}">{escape(self.path)}</a>'

    def __repr__(self) -> str:
        return self.path


class FileLinks(FileLink):
    """The names of the files of a folder that the run returns."""

    def _repr_html_(self) -> str:
        paths = sorted(path for path in Path(self.path).rglob("*") if path.is_file())
        return "<br>".join(f'<a href="{escape(str(path))}">{escape(str(path))}</a>' for path in paths)


class Audio(DisplayObject):
    """Sound from the bytes or the name of a file."""

    _binary = True

    def __init__(self, data: Any = None, filename: Any = None, url: Any = None, **_: Any) -> None:
        super().__init__(data, url, filename)
        self._mime = guess_type(str(self.filename or "sound.wav"))[0] or "audio/wav"


class Video(Audio):
    """A film from the bytes or the name of a file."""


def clear_output(wait: bool = False) -> None:
    """Do nothing: earlier displays stay in the result."""


def update_display(obj: Any, **options: Any) -> None:
    """Display the later state of an object."""
    display(obj, **options)


def set_matplotlib_formats(*_formats: str, **_options: Any) -> None:
    """Do nothing: figures are displayed as PNG."""


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


def _publish(data: dict[str, Any], metadata: dict[str, Any] | None = None, **_options: Any) -> None:
    """Display a MIME bundle."""
    display(data, metadata=metadata, raw=True)


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
}
# The module of the classes at first, and after the first use.
_MODULES = (__name__, "IPython.core.display")


def _display_names() -> dict[str, Any]:
    names: dict[str, Any] = {
        name: value for name, value in globals().items() if isinstance(value, type) and value.__module__ in _MODULES
    }
    for function in (display, clear_output, update_display, set_matplotlib_formats):
        names[function.__name__] = function
    for kind in list(names.values()):
        if isinstance(kind, type):
            kind.__module__ = "IPython.core.display"
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
    elif module.__name__ != "IPython.core":
        names.update(_display_names())
