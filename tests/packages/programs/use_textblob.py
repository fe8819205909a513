# /// script
# dependencies = ["textblob"]
#
# [tool.terrarium]
# note = "taggers need data that is downloaded, and there is no network"
# ///
"""The mood of a text and its words."""

from textblob import TextBlob, Word

assert TextBlob("What a great day").sentiment.polarity > 0.5 and TextBlob("a terrible, bad day").sentiment.polarity < -0.5
assert Word("cat").pluralize() == "cats" and Word("mice").singularize() == "mouse"
