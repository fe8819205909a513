"""Strings: splitting, joining, replacing, and a regular expression over a longer text."""

import re


def run():
    lines = ["user" + str(i) + "@example" + str(i % 7) + ".org wrote " + str(i * 37) + " bytes" for i in range(20_000)]
    text = "\n".join(lines)
    found = re.findall(r"(\w+)@(\w+)\.org wrote (\d+)", text)
    words = [word.upper().replace("E", "3") for line in text.split("\n") for word in line.split(" ")]
    return len(found), sum(int(row[2]) for row in found), len(" ".join(words))
