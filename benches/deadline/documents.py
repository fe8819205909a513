"""Long calls of libraries for documents: lxml, regex, pydantic, tiktoken and sympy."""

# packages: lxml, regex, pydantic, beautifulsoup4, sympy, jiter

import bs4
import jiter
import pydantic
import regex
import sympy
from lxml import etree, html


def regex_backtracks():
    yield
    while True:
        regex.match(r"(?:(a|b|ab)*)*c$", "ab" * 5_000)


def regex_fuzzy():
    yield
    while True:
        regex.search(r"(?:abcdefghij){e<=8}z", "abcdefghi" * 20_000)


def regex_overlaps():
    yield
    while True:
        regex.findall(r"a.*b", "ab" * 50_000, overlapped=True)


def lxml_parse():
    text = "<a>" + "<b c='d'>e</b>" * 1_500_000 + "</a>"
    yield
    while True:
        etree.fromstring(text)


def lxml_html():
    text = "<p><b>a</b>" * 500_000
    yield
    html.fromstring(text)


def lxml_path():
    root = etree.fromstring("<a>" + "<b/>" * 20_000 + "</a>")
    yield
    root.xpath("//b[count(preceding-sibling::b) > count(following-sibling::b)]")


def lxml_path_union():
    root = etree.fromstring("<a>" + "<b/>" * 20_000 + "</a>")
    yield
    root.xpath("count(//b[//b[//b]])")


def lxml_transform():
    sheet = etree.XSLT(
        etree.fromstring(
            '<x:stylesheet version="1.0" xmlns:x="http://www.w3.org/1999/XSL/Transform"><x:template match="/">'
            '<x:for-each select="//b"><x:value-of select="count(//b)"/></x:for-each></x:template></x:stylesheet>'
        )
    )
    root = etree.fromstring("<a>" + "<b/>" * 20_000 + "</a>")
    yield
    sheet(root)


def lxml_write():
    root = etree.fromstring("<a>" + "<b c='d'>e</b>" * 500_000 + "</a>")
    yield
    while True:
        etree.tostring(root, pretty_print=True)


def soup():
    text = "<p><b>a</b>" * 20_000
    yield
    bs4.BeautifulSoup(text, "html.parser")


def validate():
    adapter = pydantic.TypeAdapter(list[dict[str, int]])
    value = [{"a": 1, "b": 2}] * 500_000
    yield
    while True:
        adapter.validate_python(value)


def validate_json():
    adapter = pydantic.TypeAdapter(list[float])
    text = "[" + "1.25," * 5_000_000 + "1]"
    yield
    while True:
        adapter.validate_json(text)


def validate_pattern():
    adapter = pydantic.TypeAdapter(list[int | str | float | None])
    value = ["a" * 10] * 1_000_000
    yield
    while True:
        adapter.dump_json(adapter.validate_python(value))


def read_json():
    text = b"[" + b"1.25," * 5_000_000 + b"1]"
    yield
    while True:
        jiter.from_json(text)


def integrate():
    x = sympy.symbols("x")
    yield
    sympy.integrate(sympy.sin(x**3) * sympy.exp(x) / (1 + x**5), x)


def factor():
    yield
    sympy.factorint((10**40 + 121) * (10**41 + 129))
