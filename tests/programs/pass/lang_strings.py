# native: yes
"""Strings and bytes: slicing, methods, formatting, encodings and Unicode."""

s = "Hello, World"
print(s[::-1], s[-5:], s[2:9:3], s.upper(), s.swapcase(), s.replace("l", "L", 2), s.partition(", "))
print("a,b,,c".split(","), " a  b ".split(), "a\nb\r\nc".splitlines(), "-".join("abc"), "x".center(5, "*"), "7".zfill(3))
print("abc".find("z"), "banana".count("an"), "ßtraße".casefold(), "Ǆ".lower(), "ﬁ".upper(), "İ".lower().encode())
name, width = "naïve", 10
print(f"{name!r:>{width}}|{name:^{width}}|{name!a}|{3.0:g}|{'nested ' + f'{1 + 1}'}|{width=}")
print("%s %5.2f %-4d| %x %%" % ("a", 3.14159, 42, 255), "{0} {b[1]} {1.real}".format("z", 2, b=[1, 9]))
print("日本語 🌍".encode(), "日本語".encode("utf-16-le"), "é".encode("latin-1"), b"\xff\xfe".decode("utf-8", "replace"))
print("a\tb".expandtabs(4), "tRANS".translate(str.maketrans("t", "T", "S")), "x" * 3, "b" in "abc", ord("€"), chr(128512))
print(ascii("é🌍"), repr("it's \"q\"\n\x00"), "abc" < "abd", "Z" < "a", max("hello"), sorted("hello"))
print("123".isdigit(), "²".isdigit(), "²".isdecimal(), "Ⅷ".isnumeric(), "a1".isalnum(), "".isspace(), "Title Case".istitle())
b = bytearray(b"abc")
b[1:2] = b"XYZ"
b.append(33)
print(b, bytes(b).hex(" "), bytes.fromhex("00 ff"), memoryview(b)[1:3].tobytes(), b.find(b"Z"), b"%d-%s" % (5, b"x"))
try:
    "\ud800".encode()
except UnicodeEncodeError as error:
    print(error)
