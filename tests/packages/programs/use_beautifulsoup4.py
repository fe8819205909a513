# /// script
# dependencies = ["beautifulsoup4"]
# ///
"""Broken HTML is parsed, searched and changed."""

from bs4 import BeautifulSoup

soup = BeautifulSoup("<ul><li class='a b'>one<li><a href='/x'>two</a></ul><p>end", "html.parser")
assert [li.get_text() for li in soup.select("li")][-1] == "two" and soup.find("a")["href"] == "/x"
assert soup.select_one("li.a").contents[0] == "one" and soup.p.find_previous("ul") is not None
soup.a.string = "changed"
soup.p.decompose()
assert "changed" in str(soup) and soup.p is None
