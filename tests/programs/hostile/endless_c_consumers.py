# expect: timeout
# timeout: 1
"""More loops inside C code, each after the other was interrupted."""

import collections
import itertools

while True:
    for way in (lambda: collections.deque(itertools.repeat(0), 0), lambda: 1 in itertools.cycle([0]), lambda: max(itertools.count()), lambda: any(itertools.repeat(0))):
        try:
            way()
        except BaseException:
            pass
