# /// script
# dependencies = ["markdown-it-py"]
# ///
"""Markdown with tables becomes tokens and HTML."""

from markdown_it import MarkdownIt

parser = MarkdownIt("commonmark").enable("table").enable("strikethrough")
page = parser.render("# Title\n\n| a | b |\n|---|---|\n| 1 | ~~2~~ |\n")
assert "<h1>Title</h1>" in page and "<td>1</td>" in page and "<s>2</s>" in page
assert [token.type for token in parser.parse("*x*")] == ["paragraph_open", "inline", "paragraph_close"]
