# packages: charset-normalizer
# works: yes
"""Encodings are guessed."""

from charset_normalizer import from_bytes, is_binary

texts = {
    "utf_8": "Größe, naïveté, œuvre: 日本語のテキスト",
    "utf_16": "The quick brown fox jumps over the lazy dog.",
    "cp1251": "Съешь ещё этих мягких французских булок, да выпей же чаю. " * 3,
}
for encoding, text in texts.items():
    best = from_bytes(text.encode(encoding)).best()
    print(encoding, "->", best.encoding, str(best).strip("\ufeff") == text)
print(is_binary(bytes(range(256)) * 4))
