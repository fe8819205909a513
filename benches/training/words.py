"""Counting words: counters, default dicts, deques, named tuples and ordered dicts."""

from collections import ChainMap, Counter, OrderedDict, defaultdict, deque, namedtuple

Pair = namedtuple("Pair", "first second")
TEXT = "the quick brown fox jumps over the lazy dog while some other foxes sleep in the warm sand of an old box "


def run():
    words = (TEXT * 3_000).split()
    counts = Counter(words)
    pairs, by_letter, last = Counter(), defaultdict(set), deque(maxlen=3)
    for word in words:
        last.append(word)
        by_letter[word[0]].add(word)
        if len(last) == 3:
            pairs[Pair(last[0], last[2])] += 1
    recent = OrderedDict()
    for word in words:
        recent[word] = recent.pop(word, 0) + 1
        recent.move_to_end(word, last=len(word) % 2 == 0)
    layers = ChainMap({"the": 0}, dict(counts), {"none": -1})
    total = sum(layers[word] for word in words[:4_000]) + layers["none"]
    (pair, number), *_ = pairs.most_common(3)
    merged = counts + Counter(word[::-1] for word in words)
    return total, pair.first, number, len(by_letter), next(iter(recent)), len(merged)
