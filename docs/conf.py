"""Configuration of the documentation site, which `cargo xtask docs` builds."""

from __future__ import annotations

import os
import re
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

ROOT = Path(__file__).parent.parent

project = "terrarium"
author = "The terrarium authors"
copyright = "2026, The terrarium authors"  # noqa: A001
release = os.environ.get("TERRARIUM_VERSION", "")

extensions = ["myst_parser", "sphinx_design", "sphinx_copybutton"]
exclude_patterns = ["requirements.*", "screenshots.*"]
source_suffix = {".md": "markdown"}
myst_enable_extensions = ["colon_fence", "deflist"]
# Every heading is a target, so that links to `#section` are checked.
myst_heading_anchors = 4
highlight_language = "text"
copybutton_prompt_text = r"\$ "
copybutton_prompt_is_regexp = True

html_theme = "furo"
html_title = "terrarium"
html_static_path = ["_static"]
html_css_files = ["style.css"]
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {"top_of_page_buttons": []}

INCLUSION = re.compile(r"^```\{include\} (\S+)\n```$", re.MULTILINE)
SAMPLES = re.compile(r"(?:^(?:Rust|Python|Node):\n\n```\S[^\n]*\n.*?^```\n\n?){2,}", re.MULTILINE | re.DOTALL)
SAMPLE = re.compile(r"^(Rust|Python|Node):\n\n(```\S[^\n]*\n.*?^```)\n", re.MULTILINE | re.DOTALL)
# Pages of the repository that are pages of the site.
PAGE = re.compile(r"\]\((SECURITY|COMPATIBILITY|CHANGELOG)\.md(#[\w-]+)?\)")


def tabs(samples: re.Match[str]) -> str:
    """Samples that follow each other as tabs; a reader's choice of a language holds for all pages."""
    items = [
        f"::::{{tab-item}} {language}\n:sync: {language.lower()}\n\n{block}\n::::\n"
        for language, block in SAMPLE.findall(samples[0])
    ]
    return ":::::{tab-set}\n:sync-group: language\n\n" + "".join(items) + ":::::\n\n"


def expand(app: Sphinx, docname: str, source: list[str]) -> None:
    """Include the guides, which rustdoc includes too, and other pages of the repository; make tabs of samples."""

    def included(match: re.Match[str]) -> str:
        path = (Path(app.srcdir) / docname).parent / match[1]
        app.env.note_dependency(str(path.resolve()))
        return PAGE.sub(lambda link: f"](/{link[1].lower()}.md{link[2] or ''})", path.read_text())

    source[0] = SAMPLES.sub(tabs, INCLUSION.sub(included, source[0]))


def hide_scaffolding(_app: Sphinx, doctree: nodes.document) -> None:
    """Leave out the lines of Rust that rustdoc hides."""
    for block in doctree.findall(nodes.literal_block):
        if block.get("language") == "rust":
            lines = [line for line in block.astext().splitlines() if line != "#" and not line.startswith("# ")]
            text = "\n".join(lines).strip("\n")
            block.rawsource = text
            block.children = [nodes.Text(text)]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register what the pages need."""
    app.connect("source-read", expand)
    app.connect("doctree-read", hide_scaffolding)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
