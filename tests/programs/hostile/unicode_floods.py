# expect: success error timeout memory_exceeded
# timeout: 10
# memory: 256MiB
"""Case folding, normalisation and encodings of long odd texts."""

import unicodedata

text = ("İ" + "\u0301" * 1000 + "ﷺ" * 100) * 500
for way in (str.upper, str.casefold, lambda t: unicodedata.normalize("NFKD", t), lambda t: unicodedata.normalize("NFC", t), lambda t: t.encode("idna"), lambda t: t.encode("punycode"), lambda t: t.encode("utf-7")):
    try:
        way(text)
    except Exception as error:
        print(type(error).__name__)
print("alive")
