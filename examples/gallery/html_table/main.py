"""Extracts the table and the links of a web page with bs4 and lxml; writes them as CSV and JSON."""

import csv
import json
from urllib.parse import urljoin

from bs4 import BeautifulSoup
from lxml import html

with open("page.html", encoding="utf-8") as file:
    text = file.read()

page = BeautifulSoup(text, "lxml")
header, *rows = page.select("table#stations tr")
names = [cell.get_text(strip=True).lower() for cell in header.find_all("th")]
stations = [dict(zip(names, (cell.get_text(" ", strip=True) for cell in row.find_all("td")))) for row in rows]
with open("stations.csv", "w", newline="", encoding="utf-8") as file:
    writer = csv.DictWriter(file, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(stations)

base = page.find("link", rel="canonical")["href"]
links = {link.get_text(strip=True): urljoin(base, link["href"]) for link in page.select("nav a[href]")}
with open("links.json", "w", encoding="utf-8") as file:
    json.dump(links, file, indent=2, ensure_ascii=False)

# The same query with the other library.
tree = html.fromstring(text)
heights = [float(cell.replace(",", "")) for cell in tree.xpath("//table[@id='stations']//td[3]/text()")]
print(page.title.string, "-", len(stations), "stations,", len(links), "links")
print("highest:", stations[heights.index(max(heights))]["station"], max(heights))
print("hidden text:", tree.xpath("string(//*[@hidden])"), "| comments:", len(tree.xpath("//comment()")))
