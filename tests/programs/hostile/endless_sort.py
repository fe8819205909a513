# expect: timeout
# timeout: 1
"""Comparisons that never end: a sort with a key that lies, a dict whose keys collide."""


class K:
    def __hash__(self):
        return 1

    def __eq__(self, other):
        return False


d = {}
n = 0
while True:
    d[K()] = n
    n += 1
