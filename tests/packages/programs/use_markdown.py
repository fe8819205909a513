# /// script
# dependencies = ["markdown"]
# ///
"""Markdown with tables, code and a table of contents becomes HTML."""

import markdown

page = markdown.markdown("# Title\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```\ncode\n```\n", extensions=["tables", "fenced_code", "toc"])
assert '<h1 id="title">Title</h1>' in page and "<td>1</td>" in page and "<pre><code>code" in page
converter = markdown.Markdown(extensions=["meta", "extra"])
assert converter.convert("Author: Ada\n\n*x*") == "<p><em>x</em></p>" and converter.Meta == {"author": ["Ada"]}
