"""The classes of `IPython.display` that hold text and data."""

from __future__ import annotations

from html import escape
from importlib import import_module
from json import loads
from pathlib import Path

from _terrarium.pristine import BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__builtins__ = BUILTINS


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

    def reload(self) -> None:
        """Read the file again."""
        if self.filename is not None:
            place = Path(self.filename)
            self.data = place.read_bytes() if self._binary else place.read_text(encoding="utf-8")

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

    def __init__(
        self, data: Any = None, url: str | None = None, filename: Any = None, lib: Any = None, css: Any = None
    ) -> None:
        super().__init__(data, url, filename)
        self.lib = [lib] if isinstance(lib, str) else list(lib or ())
        self.css = [css] if isinstance(css, str) else list(css or ())

    def _content(self) -> Any:
        sheets = "".join(
            f'var link = document.createElement("link");link.rel = "stylesheet";link.type = "text/css";'
            f'link.href = "{sheet}";document.head.appendChild(link);\n'
            for sheet in self.css
        )
        loads = "".join(
            'new Promise(function(resolve, reject) {var script = document.createElement("script");'
            f'script.onload = resolve;script.onerror = reject;script.src = "{library}";'
            "document.head.appendChild(script);}).then(() => {\n"
            for library in self.lib
        )
        return sheets + loads + str(self.data) + "});" * len(self.lib)


class JSON(DisplayObject):
    """JSON data, or JSON text."""

    _mime = "application/json"

    def __init__(  # noqa: PLR0917, as in IPython
        self,
        data: Any = None,
        url: str | None = None,
        filename: Any = None,
        expanded: bool = False,
        metadata: dict[str, Any] | None = None,
        root: str = "root",
        **more: Any,
    ) -> None:
        super().__init__(data, url, filename, {"expanded": expanded, "root": root, **(metadata or {}), **more})

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
        return {"text/html": self._repr_html_(), "text/plain": text}, {}

    def _repr_html_(self) -> str:
        text = str(self.data or "")
        try:
            pygments, formatters = import_module("pygments"), import_module("pygments.formatters")
        except ImportError:
            return f"<pre>{escape(text)}</pre>"
        style = formatters.HtmlFormatter()
        page: str = pygments.highlight(text, self._lexer(text), style)
        return f"<style>{style.get_style_defs('.highlight')}</style>{page}"

    def _lexer(self, text: str) -> Any:
        lexers, util = import_module("pygments.lexers"), import_module("pygments.util")
        try:
            if self.language is not None:
                return lexers.get_lexer_by_name(self.language)
            if self.filename is not None:
                return lexers.get_lexer_for_filename(str(self.filename))
            return lexers.guess_lexer(text)
        except util.ClassNotFound:
            return lexers.TextLexer()

    def __repr__(self) -> str:
        return str(self.data)
