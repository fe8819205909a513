# /// script
# dependencies = ["nltk"]
#
# [tool.terrarium]
# note = "corpora are downloaded, and there is no network"
# ///
"""Words are split, stemmed, counted and measured, without data files."""

import nltk
from nltk.stem import PorterStemmer, SnowballStemmer
from nltk.tokenize import RegexpTokenizer, TreebankWordTokenizer

words = TreebankWordTokenizer().tokenize("The dogs don't run, they walk.")
assert words[:4] == ["The", "dogs", "do", "n't"] and PorterStemmer().stem("running") == "run"
assert SnowballStemmer("german").stem("häuser") == "haus" and nltk.edit_distance("kitten", "sitting") == 3
counts = nltk.FreqDist(RegexpTokenizer(r"\w+").tokenize("a b a c a"))
assert counts.most_common(1) == [("a", 3)] and list(nltk.bigrams([1, 2, 3])) == [(1, 2), (2, 3)]
grammar = nltk.CFG.fromstring("S -> N V\nN -> 'dogs'\nV -> 'run'")
assert str(next(nltk.ChartParser(grammar).parse(["dogs", "run"]))) == "(S (N dogs) (V run))"
