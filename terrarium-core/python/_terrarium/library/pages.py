"""lxml: pages in the encodings that the guest's C library does not have, above all those of Chinese and Korean.

libxml2 reads such a page as Latin-1 without a word. Python has these encodings, so it decodes the page first.
"""

from __future__ import annotations

from _terrarium.disguise import replace
from _terrarium.pristine import BUILTINS, load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__builtins__ = BUILTINS

# The part of a page in which its encoding is declared.
_HEAD = 4096
_DECLARATION = rb"""<(?:meta|\?xml)\b[^>]*?(?:charset|encoding)\s*=\s*["']?\s*([-\w.:]+)"""


def change(etree: Any) -> None:
    """Change `lxml.etree`."""
    known: dict[str, bool] = {}
    re = load("re")
    real_parse, real_fromstring, real_html = etree.parse, etree.fromstring, etree.HTML

    def is_known(name: str) -> bool:
        if name not in known:
            try:
                etree.HTMLParser(encoding=name)
            except LookupError:
                known[name] = False
            else:
                known[name] = True
        return known[name]

    def decoded(page: bytes) -> str | bytes:
        """Return the text of a page in an encoding that only Python has; else the page."""
        found = re.search(_DECLARATION, page[:_HEAD], re.IGNORECASE)
        name = found[1].decode("ascii", "replace") if found else ""
        if not name or is_known(name):
            return page
        try:
            return page.decode(name, "replace")
        except (LookupError, UnicodeError):
            return page

    def fromstring(text: Any, parser: Any = None, *, base_url: Any = None) -> Any:
        if isinstance(text, bytes) and isinstance(parser, etree.HTMLParser):
            text = decoded(text)
        return real_fromstring(text, parser, base_url=base_url)

    def HTML(text: Any, parser: Any = None, *, base_url: Any = None) -> Any:
        if isinstance(text, bytes):
            text = decoded(text)
        return real_html(text, parser, base_url=base_url)

    def parse(source: Any, parser: Any = None, *, base_url: Any = None) -> Any:
        if not isinstance(parser, etree.HTMLParser):
            return real_parse(source, parser, base_url=base_url)
        os, io = load("os"), load("io")
        if isinstance(source, (str, os.PathLike)) and os.path.isfile(source):
            with open(source, "rb") as file:
                page = decoded(file.read())
            if isinstance(page, bytes):
                return real_parse(source, parser, base_url=base_url)
            return real_parse(io.StringIO(page), parser, base_url=base_url or os.fspath(source))
        if hasattr(source, "read") and hasattr(source, "seek"):
            start = source.tell()
            content = source.read()
            page = decoded(content) if isinstance(content, bytes) else content
            if isinstance(page, str) and isinstance(content, bytes):
                return real_parse(io.StringIO(page), parser, base_url=base_url)
            source.seek(start)
        return real_parse(source, parser, base_url=base_url)

    for function in (fromstring, HTML, parse):
        replace(etree, function)
