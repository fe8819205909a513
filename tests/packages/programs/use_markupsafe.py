# /// script
# dependencies = ["markupsafe"]
# ///
"""Text is escaped, and marked text stays as it is."""

from markupsafe import Markup, escape

assert escape("<a & b>") == Markup("&lt;a &amp; b&gt;")
assert Markup("<b>%s</b>") % "<i>" == "<b>&lt;i&gt;</b>"
assert Markup("<em>x</em> &amp; y").striptags() == "x & y"


class Shown:
    def __html__(self):
        return "<hr>"


assert escape(Shown()) == "<hr>"
