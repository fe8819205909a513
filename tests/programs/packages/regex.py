# packages: regex
# works: yes
"""Patterns beyond the standard library's: fuzzy, recursive, by script, with sets."""

import regex

print(regex.findall(r"(?:colour){e<=1}", "color colour colouur cat"))
print(regex.fullmatch(r"\((?:[^()]|(?R))*\)", "(a(b)(c(d)))") is not None)
print(regex.findall(r"\p{Script=Greek}+", "alpha αβγ βeta"), regex.findall(r"(?V1)[[a-z]--[aeiou]]+", "education"))
print(regex.split(r"(?V1)(?<=\w)(?=[A-Z])", "camelCaseName"), regex.sub(r"(?<year>\d{4})", r"<\g<year>>", "in 2026"))
print(regex.search(r"(\w)+", "abc").captures(1), regex.findall(r"\X", "e\u0301a"))
print(regex.findall(r"\w\w", "abcd", overlapped=True), regex.fullmatch(r"(?i)STRASSE", "straße", regex.F | regex.V1) is not None)
