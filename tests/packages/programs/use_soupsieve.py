# /// script
# dependencies = ["soupsieve", "beautifulsoup4"]
# ///
"""Selectors of CSS are compiled and matched."""

import soupsieve
from bs4 import BeautifulSoup

soup = BeautifulSoup("<div><p id='a'>1</p><p class='x'>2</p><span>3</span></div>", "html.parser")
assert [tag.text for tag in soupsieve.select("p:not(.x), span:nth-of-type(1)", soup)] == ["1", "3"]
assert soupsieve.compile("div > p#a").match(soup.p) and soupsieve.closest("div", soup.p).name == "div"
assert [tag.text for tag in soupsieve.filter("p:-soup-contains('2')", soup.div)] == ["2"]
