# native: yes
"""re: groups, flags, substitution, splitting, lookaround and scanning."""

import re

text = "2026-01-15 ERROR db: timeout after 30s; 2026-02-01 INFO ok"
pattern = re.compile(r"(?P<year>\d{4})-(?P<month>\d\d)-(\d\d) (?P<level>[A-Z]+)")
for match in pattern.finditer(text):
    print(match.groupdict(), match.group(3), match.span())
print(re.sub(r"(\d+)s", lambda m: f"{int(m[1]) * 1000}ms", text), re.subn("o", "0", text)[1])
print(re.split(r"[;:]\s*", text), re.findall(r"\b\w{2}\b", text), re.fullmatch(r"\d+", "12a"), re.escape("a.b*c"))
print(re.search(r"(?<=after )\d+(?=s)", text)[0], re.match(r"(?i)ERROR", "error")[0], bool(re.search("^b", "a\nb", re.M)))
print(re.sub(r"(?x) (\w+) \s (\w+)  # two words", r"\2 \1", "hello world"), re.findall("é", "é\u0301", re.U))
print(re.findall(r"(a)|(b)", "ab"), re.sub("", "-", "abc"), re.search(r"(\w)\1", "hello").group(), re.findall(rb"\d", b"a1"))
try:
    re.compile("(unclosed")
except re.error as error:
    print(error, error.pos)
print(re.findall(r"[\u4e00-\u9fff]+", "abc 世界 def 你好"), re.purge())
