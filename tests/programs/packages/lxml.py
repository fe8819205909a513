# packages: lxml
# works: yes
"""XML and HTML are parsed, searched, transformed, validated and compared."""

import io

from lxml import etree, html, objectify
from lxml.html.diff import htmldiff

tree = etree.fromstring("<shop><item n='1' price='2.50'>tea</item><item n='2' price='4'>coffee</item></shop>")
print(tree.xpath("sum(item/@price)"), tree.xpath("item[@n > $least]/text()", least=1))
style = etree.XSLT(
    etree.XML(
        """<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:output method="text"/>
        <xsl:template match="/"><xsl:for-each select="shop/item"><xsl:sort select="."/><xsl:value-of select="."/>;</xsl:for-each>
        </xsl:template></xsl:stylesheet>"""
    )
)
print(str(style(tree)).strip())
schema = etree.RelaxNG(
    etree.XML("<element name='a' xmlns='http://relaxng.org/ns/structure/1.0'><oneOrMore><element name='b'><text/></element></oneOrMore></element>")
)
print(schema.validate(etree.XML("<a><b/></a>")), schema.validate(etree.XML("<a/>")))
page = html.fromstring("<p>One<br>two <a href='/x'>link</a>")
page.make_links_absolute("https://example.com/")
print(html.tostring(page).decode(), page.xpath("//a/@href"))
root = objectify.fromstring("<r><n>4</n><n>2.5</n><s>text</s></r>")
print(root.n[0] + root.n[1], root.s.text, [type(value.pyval).__name__ for value in root.n])
print(htmldiff("<p>old text</p>", "<p>new text</p>"))
for event, element in etree.iterparse(io.BytesIO(b"<a><b>1</b><b>2</b></a>"), tag="b"):
    print(event, element.text)
try:
    etree.fromstring("<a><b></a>")
except etree.XMLSyntaxError as error:
    print(error)
for encoding, text in (("gbk", "汉字"), ("big5", "漢字"), ("euc-kr", "한국어"), ("shift_jis", "日本語"), ("utf-8", "ü")):
    data = f'<html><head><meta charset="{encoding}"></head><body><p>{text}</p></body></html>'.encode(encoding)
    found = [html.fromstring(data), html.parse(io.BytesIO(data)), etree.HTML(data)]
    print(encoding, [tree.findtext(".//p") == text for tree in found])
