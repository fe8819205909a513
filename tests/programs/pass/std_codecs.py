# native: yes
"""codecs: the encodings of the world, error handlers and incremental decoding."""

import codecs
import encodings.idna

for name, text in (("utf-8-sig", "é"), ("utf-16", "é"), ("utf-32-be", "é"), ("cp1252", "€"), ("shift_jis", "日本"), ("gb18030", "中文"),
                   ("euc-kr", "한국"), ("big5", "中文"), ("koi8-r", "мир"), ("iso8859-7", "αβ"), ("mac-roman", "é"), ("cp437", "é"), ("iso2022_jp", "日本")):
    raw = text.encode(name)
    print(name, raw.hex(), raw.decode(name) == text)
print("é€".encode("ascii", "xmlcharrefreplace"), "é".encode("ascii", "namereplace"), b"\xff".decode("utf-8", "surrogateescape").encode("utf-8", "surrogateescape"))
d = codecs.getincrementaldecoder("utf-8")()
print([d.decode(bytes([b])) for b in "é世".encode()], codecs.encode("Hello", "rot13"), codecs.lookup("latin1").name, "bücher.example".encode("idna"))
codecs.register_error("stars", lambda e: ("*" * (e.end - e.start), e.end))
print("a世b".encode("ascii", "stars"), codecs.BOM_UTF8, b"abc".decode("utf-7"))
