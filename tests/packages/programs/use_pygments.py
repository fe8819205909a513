# /// script
# dependencies = ["pygments"]
# ///
"""Code is coloured as HTML and for terminals."""

from pygments import highlight
from pygments.formatters import HtmlFormatter, TerminalFormatter
from pygments.lexers import get_lexer_by_name, guess_lexer_for_filename

code = "def f(x):\n    return 'text' # note\n"
page = highlight(code, get_lexer_by_name("python"), HtmlFormatter())
assert '<span class="k">def</span>' in page and 'class="c1"' in page
assert "\x1b[" in highlight(code, guess_lexer_for_filename("a.py", code), TerminalFormatter())
assert ".highlight .k" in HtmlFormatter().get_style_defs(".highlight")
