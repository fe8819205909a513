# native: yes
"""collections: Counter, deque, defaultdict, OrderedDict, ChainMap, namedtuple and the abstract classes."""

import collections
from collections import ChainMap, Counter, OrderedDict, UserDict, abc, defaultdict, deque, namedtuple

words = Counter("abracadabra")
print(words.most_common(2), words["z"], words - Counter("aab"), sorted((words & Counter("abz")).elements()), words.total())
d = deque([1, 2, 3], maxlen=4)
d.appendleft(0)
d.append(4)
d.rotate(1)
print(d, d.popleft(), d.index(3), list(reversed(d)))
groups = defaultdict(list)
for word in ("apple", "avocado", "banana"):
    groups[word[0]].append(word)
print(dict(groups), groups.default_factory)
o = OrderedDict.fromkeys("abc")
o.move_to_end("a")
print(list(o), o.popitem(last=False), o == OrderedDict([("c", None), ("a", None)]))
print(ChainMap({"a": 1}, {"a": 2, "b": 3})["b"], dict(ChainMap({"a": 1}, {"a": 2, "b": 3})))
P = namedtuple("P", "x y", defaults=[9])
print(P(1), P(1)._asdict(), P._make([3, 4]), P(1) == (1, 9), P._fields)


class Upper(UserDict):
    def __setitem__(self, key, value):
        super().__setitem__(key.upper(), value)


print(Upper(a=1), isinstance([], abc.Sequence), isinstance({}, abc.Mapping), isinstance(3, abc.Hashable), collections.UserString("x") + "y")
