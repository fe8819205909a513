# native: yes
"""The data model: containers, iteration, calls, attribute access and comparisons written in Python."""

import functools


class Grid:
    def __init__(self):
        self.cells = {}

    def __getitem__(self, key):
        return self.cells.get(key, 0)

    def __setitem__(self, key, value):
        self.cells[key] = value

    def __delitem__(self, key):
        del self.cells[key]

    def __contains__(self, key):
        return key in self.cells

    def __len__(self):
        return len(self.cells)

    def __iter__(self):
        return iter(sorted(self.cells))

    def __call__(self, *args):
        return args

    def __getattr__(self, name):
        if name.startswith("x_"):
            return name[2:]
        raise AttributeError(name)

    def __format__(self, spec):
        return f"<{spec}>"

    def __bool__(self):
        return True

    def __index__(self):
        return 2

    def __matmul__(self, other):
        return "matmul"

    def __rsub__(self, other):
        return other - 1

    def __missing__(self, key):
        return "missing"


g = Grid()
g[1, 2] = 5
g[0, 0] = 1
del g[0, 0]
print(g[1, 2], g[9], (1, 2) in g, len(g), list(g), g(1), g.x_abc, f"{g:spec}", [1, 2, 3][g], g @ g, 10 - g, g[..., None])
try:
    g.other
except AttributeError as error:
    print(error)


@functools.total_ordering
class Version:
    def __init__(self, text):
        self.parts = tuple(map(int, text.split(".")))

    def __eq__(self, other):
        return self.parts == other.parts

    def __lt__(self, other):
        return self.parts < other.parts


print(Version("1.10") > Version("1.9"), Version("1.0") >= Version("1.0"), max(["1.2", "1.10"], key=Version))
