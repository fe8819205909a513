# packages: beautifulsoup4 lxml
# works: yes
"""Broken HTML is parsed, searched and changed, with the parsers of Python and of lxml."""

from bs4 import BeautifulSoup

html = "<ul><li class=a>One<li class=b><a href='/two'>Two &amp; more</a></ul><p>end"
for parser in ("html.parser", "lxml"):
    soup = BeautifulSoup(html, parser)
    print(parser, [item.get_text() for item in soup.find_all("li")], soup.find("a")["href"])
soup = BeautifulSoup(html, "lxml")
soup.select_one("li.b > a")["href"] = "/2"
soup.p.insert_after(soup.new_tag("hr"))
print(soup.body)
