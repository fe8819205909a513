"""Statistics of a text: words, sentences, readability, and the neighbours of a word. Writes a report as JSON."""

import json
from collections import Counter

import regex

with open("text.txt", encoding="utf-8") as file:
    text = file.read()

sentences = [part.strip() for part in regex.split(r"(?<=[.!?])\s+(?=\p{Lu})", text) if part.strip()]
words = [word.casefold() for word in regex.findall(r"\p{L}+(?:['’]\p{L}+)?", text)]
common = Counter(words)
syllables = sum(max(1, len(regex.findall(r"[aeiouy]+", word))) for word in words)
ease = 206.835 - 1.015 * len(words) / len(sentences) - 84.6 * syllables / len(words)

report = {
    "characters": len(text),
    "words": len(words),
    "different words": len(common),
    "sentences": len(sentences),
    "longest words": sorted(common, key=lambda word: (-len(word), word))[:3],
    "most common": common.most_common(5),
    "pairs": [" ".join(pair) for pair, _ in Counter(zip(words, words[1:])).most_common(3)],
    "reading ease": round(ease, 1),
}
with open("report.json", "w", encoding="utf-8") as file:
    json.dump(report, file, indent=2, ensure_ascii=False)
for name, value in report.items():
    print(f"{name:16} {value}")
for found in regex.finditer(r"\b(\w+)\s+sea\b", text):
    print(f"near 'sea': {found[1]} at {found.start()}")
