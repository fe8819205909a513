"""Formats of documents: JSON with nesting, HTML as events, XML as a tree, settings, and differences of texts."""

import configparser
import difflib
import html.parser
import json
import xml.etree.ElementTree as ET


class Links(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.found, self.text = [], 0

    def handle_starttag(self, tag, attrs):
        if tag == "a":
            self.found.append(dict(attrs).get("href"))

    def handle_data(self, data):
        self.text += len(data.strip())


def run():
    nested = {"level": 0, "list": [1.5, True, None, "é\n"]}
    for level in range(1, 100):
        nested = {"level": level, "inner": nested, "more": [level] * 5}
    text = json.dumps([nested] * 6, indent=1, sort_keys=True)
    same = json.loads(text)[0] == nested
    page = "".join(f'<p class="c{i}">Text &amp; <a href="/x/{i}">link {i}</a><br/></p>' for i in range(5_000))
    links = Links()
    links.feed(page)
    root = ET.fromstring("<all>" + "".join(f'<item n="{i}"><v>{i * 2}</v></item>' for i in range(10_000)) + "</all>")
    total = sum(int(item.get("n")) * int(item.findtext("v")) for item in root.iter("item"))
    settings = configparser.ConfigParser()
    settings.read_string("".join(f"[part{i}]\nname = value {i}\nnumber = {i}\n" for i in range(700)))
    numbers = sum(settings[part].getint("number") for part in settings.sections())
    lines = [f"line {i % 37}" for i in range(800)]
    changed = [line for i, line in enumerate(lines) if i % 9] + ["end"]
    difference = list(difflib.unified_diff(lines, changed, lineterm=""))
    return len(text), same, len(links.found), links.text, total, numbers, len(difference)
