# packages: soupsieve beautifulsoup4
# works: yes
"""Selectors of CSS are compiled and matched."""

import soupsieve as sv
from bs4 import BeautifulSoup

soup = BeautifulSoup("<div><p class='a'>1</p><p lang='de'>2</p><p>3 <b>x</b></p></div>", "html.parser")
for selector in ("p:not(.a)", "p:nth-child(2 of p)", "p:has(> b)", ":is(b, .a)", "p:-soup-contains('3')", "p:lang(de)"):
    print(selector, [tag.get_text() for tag in sv.select(selector, soup)])
try:
    sv.compile("p:unknown")
except sv.SelectorSyntaxError as error:
    print(str(error).splitlines()[0])
print(sv.escape("1 a"), sv.compile("p.a").match(soup.p))
