# /// script
# dependencies = ["chardet"]
# ///
"""Encodings are guessed, whole and piece by piece."""

import chardet
from chardet.universaldetector import UniversalDetector

text = "Съешь же ещё этих мягких французских булок, да выпей чаю. "
assert text.encode("koi8-r").decode(chardet.detect(text.encode("koi8-r") * 3)["encoding"]) == text
detector = UniversalDetector()
detector.feed("äöü häufig".encode("utf-8-sig"))
assert detector.close()["encoding"].lower() == "utf-8-sig"
