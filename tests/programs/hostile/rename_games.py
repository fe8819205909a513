# expect: success error timeout
# timeout: 10
"""Renames, links and removals in every wrong order, thousands of them."""

import os
import random

r = random.Random(1)
names = ["a", "b", "c", "a/x", "b/y", "c/z", "a/x/1", "."]
for _ in range(20_000):
    x, y = r.choice(names), r.choice(names)
    way = r.choice((os.rename, os.link, os.symlink, lambda x, _: os.mkdir(x), lambda x, _: os.rmdir(x), lambda x, _: os.unlink(x), lambda x, _: open(x, "w").close(),
                    lambda x, _: os.listdir(x), lambda x, _: os.chmod(x, r.randrange(0o1000)), lambda x, _: os.stat(x)))
    try:
        way(x, y)
    except OSError:
        pass
print("alive")
