# /// script
# dependencies = ["charset-normalizer"]
# ///
"""Encodings are guessed from bytes."""

from charset_normalizer import detect, from_bytes

text = "Ein Bär läuft über die Brücke, und das häufig: äöüß. " * 20
assert str(from_bytes(text.encode("utf-8")).best()) == text
assert str(from_bytes("Съешь же ещё этих мягких французских булок. ".encode("cp1251") * 10).best()).startswith("Съешь")
assert detect(text.encode("utf-16"))["encoding"].lower().startswith("utf")
