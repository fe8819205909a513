# native: yes
"""Lists, tuples, dicts and sets: ordering, slicing, merging, sorting and set algebra."""

items = [5, 3, 8, 1]
items[1:1] = [9, 9]
items.sort(key=lambda n: -n)
del items[::2]
print(items, items.index(1), [1, 2] + [3], [0] * 3, [3, 1, 2][::-1])
d = {"b": 1, "a": 2} | {"c": 3}
d["a"] += 10
d.setdefault("z", []).append(1)
print(d, list(d), d.pop("b"), d.get("missing", "default"), list(reversed(d.items())), {**d, "a": 0})
a, b = {1, 2, 3}, {2, 3, 4}
print(a & b, a | b, a - b, a ^ b, a <= {1, 2, 3, 4}, frozenset(a) == a, {1, 1.0, True})
first, *middle, last = range(6)
print(first, middle, last, (1,) + (2, 3), (1, 2) < (1, 3), tuple("ab"))
rows = [("x", 2), ("y", 1), ("z", 2)]
print(sorted(rows, key=lambda r: (-r[1], r[0])), min(rows, key=lambda r: r[1]), list(zip("ab", [1, 2], strict=True)))
print(list(enumerate("ab", 1)), list(map(lambda x, y: x * y, [1, 2], [3, 4])), any([]), all([]), sum([[1], [2]], []))
matrix = [[1, 2, 3], [4, 5, 6]]
print(list(zip(*matrix)), [*range(3), *"ab"], slice(1, None).indices(5), range(10, 0, -3)[1], 7 in range(1, 10, 2))
try:
    {}["missing"]
except KeyError as error:
    print(repr(error))
