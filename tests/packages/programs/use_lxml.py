# /// script
# dependencies = ["lxml"]
# ///
"""XML and HTML are parsed, searched, transformed and checked."""

from lxml import etree, html

tree = etree.fromstring("<a><b n='1'>x</b><b n='2'>y</b></a>")
assert tree.xpath("//b[@n > 1]/text()") == ["y"] and etree.tostring(tree[0]) == b'<b n="1">x</b>'
page = html.fromstring("<p>one<p>two <a href='/x'>link</a>")
page.make_links_absolute("https://e/")
assert [p.text for p in page.iter("p")] == ["one", "two "] and page.xpath("//a/@href") == ["https://e/x"]
sheet = '<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:template match="/"><n><xsl:value-of select="count(//b)"/></n></xsl:template></xsl:stylesheet>'
assert str(etree.XSLT(etree.fromstring(sheet))(tree)).strip().endswith("<n>2</n>")
assert etree.RelaxNG(etree.fromstring('<element name="a" xmlns="http://relaxng.org/ns/structure/1.0"><empty/></element>')).validate(etree.fromstring("<a/>"))
