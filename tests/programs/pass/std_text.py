# native: yes
"""textwrap, string, difflib, unicodedata, pprint and reprlib."""

import difflib
import pprint
import reprlib
import string
import textwrap
import unicodedata

text = "The quick brown fox jumped over the lazy dog, and then it slept for a very long time."
print(textwrap.fill(text, 30, initial_indent="* ", subsequent_indent="  "), textwrap.shorten(text, 25), sep="\n")
print(textwrap.dedent("\n    a\n      b\n    c\n"), textwrap.indent("x\ny\n", "> "))
print(string.Template("$who likes ${what}s $$").substitute(who="a", what="b"), string.capwords("hello big world"), string.ascii_lowercase[:5], string.punctuation)
print("\n".join(difflib.unified_diff(["a", "b", "c"], ["a", "x", "c"], lineterm="")), difflib.get_close_matches("appel", ["ape", "apple", "peach"]))
print(difflib.SequenceMatcher(None, "abcd", "bcde").ratio())
for c in "é€世ǅ":
    print(unicodedata.name(c), unicodedata.category(c), unicodedata.normalize("NFD", c).encode("ascii", "backslashreplace"))
print(unicodedata.lookup("SNOWMAN"), unicodedata.numeric("½"), unicodedata.east_asian_width("世"), unicodedata.normalize("NFKC", "ﬁ①"))
pprint.pprint({"key": list(range(30)), "nested": {"a": ["x" * 30, "y" * 30]}, "set": {3, 1}}, width=60)
print(reprlib.repr(list(range(1000))), pprint.pformat((1, "a")))
