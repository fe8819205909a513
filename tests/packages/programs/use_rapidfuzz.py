# /// script
# dependencies = ["rapidfuzz"]
# ///
"""Similar texts are found and measured."""

from rapidfuzz import fuzz, process
from rapidfuzz.distance import Levenshtein

assert fuzz.ratio("this is a test", "this is a test!") > 95 and Levenshtein.distance("kitten", "sitting") == 3
assert process.extractOne("cowboys", ["Atlanta Falcons", "Dallas Cowboys"], scorer=fuzz.WRatio)[0] == "Dallas Cowboys"
