# native: yes
"""itertools, functools and operator."""

import functools
import itertools as it
import operator as op

print(list(it.chain("ab", [1])), list(it.islice(it.count(5, 5), 3)), list(it.accumulate([1, 2, 3, 4], op.mul)))
print(list(it.permutations("abc", 2))[:3], list(it.combinations("abcd", 3)), list(it.product([0, 1], repeat=2)))
print([(k, list(g)) for k, g in it.groupby("aabccc")], list(it.zip_longest("ab", "x", fillvalue="-")), list(it.pairwise("abc")))
print(list(it.takewhile(lambda n: n < 3, range(9))), list(it.dropwhile(lambda n: n < 7, range(9))), list(it.compress("abc", [1, 0, 1])))
print(list(it.starmap(pow, [(2, 3), (3, 2)])), list(it.filterfalse(None, [0, 1])), list(it.combinations_with_replacement("ab", 2)))
a, b = it.tee(range(3))
print(list(a), list(b), list(it.repeat("x", 2)), next(it.cycle("z")))
print(functools.reduce(op.add, [1, 2, 3], 10), functools.partial(pow, exp=2)(5), op.itemgetter(1, 0)("ab"), op.attrgetter("real")(3))


@functools.lru_cache(maxsize=2)
def square(n):
    return n * n


print([square(n) for n in (1, 2, 1, 3, 2)], square.cache_info())


@functools.singledispatch
def kind(value):
    return "object"


@kind.register
def _(value: int):
    return "int"


@kind.register(list)
def _(value):
    return "list"


class Lazy:
    @functools.cached_property
    def value(self):
        print("computed")
        return 5


lazy = Lazy()
print(kind(1), kind([]), kind(""), lazy.value + lazy.value, sorted([3, 1], key=functools.cmp_to_key(lambda x, y: y - x)), op.methodcaller("upper")("a"))
