# /// script
# dependencies = ["regex"]
# ///
"""Patterns beyond the standard library's: fuzzy, recursive, by script, with sets."""

import regex

assert regex.search(r"(?:colour){e<=1}", "my color").group() == "color"
assert regex.fullmatch(r"\((?:[^()]|(?R))*\)", "(a(b)c)") and regex.findall(r"\p{Greek}+", "abc αβγ") == ["αβγ"]
assert regex.findall(r"[\w--\d]+", "ab12cd", regex.V1) == ["ab", "cd"]
assert regex.search(r"(?P<n>\d)+", "123").captures("n") == ["1", "2", "3"]
