# native: 3.13
# timeout: 60
"""Endless recursion in C is a RecursionError, whatever the limit of Python frames is."""

import collections
import json
import pickle
import sys
import types


def holds_itself(make, add):
    def pair():
        a, b = make(), make()
        add(a), add(b)
        return a == b

    return pair


def nested(wrap, use, depth=1_000_000):
    def work():
        value = wrap(None)
        for _ in range(depth):
            value = wrap(value)
        return use(value)

    return work


def calls_itself():
    class A:
        pass

    A.__call__ = A()
    A()()


def compares_itself():
    class A:
        def __eq__(self, other):
            return self == other

    A() == A()


def represents_itself():
    class A:
        def __repr__(self):
            return repr(self)

    repr(A())


def checks_itself():
    class Meta(type):
        def __instancecheck__(self, other):
            return isinstance(other, self)

    isinstance(1, Meta("A", (), {}))


def sorts_itself():
    def key(x):
        return sorted([1], key=key)

    key(1)


def compiled(text):
    return lambda: compile(text, "deep", "eval")


CASES = {
    "lists": holds_itself(list, lambda a: a.append(a)),
    "deques": holds_itself(collections.deque, lambda a: a.append(a)),
    "dictionaries": holds_itself(dict, lambda a: a.update(a=a)),
    "calls": calls_itself,
    "comparisons": compares_itself,
    "representations": represents_itself,
    "checks of types": checks_itself,
    "sorting": sorts_itself,
    "text of lists": nested(lambda x: [x], repr),
    "text of dictionaries": nested(lambda x: {0: x}, repr),
    "text of aliases": nested(lambda x: types.GenericAlias(list, x), repr),
    "JSON of lists": nested(lambda x: [x], json.dumps),
    "pickles of lists": nested(lambda x: [x], pickle.dumps),
    "lists from JSON": lambda: json.loads("[" * 1_000_000),
    "dictionaries from JSON": lambda: json.loads('{"a":' * 1_000_000),
    "a long sum": compiled("1" + "+1" * 1_000_000),
    "many attributes": compiled("a" + ".b" * 1_000_000),
    "many calls": compiled("a" + "()" * 1_000_000),
}


def check(name, case):
    try:
        case()
    except RecursionError:
        print(name, "RecursionError")
    else:
        print(name, "no error")


for name, case in CASES.items():
    check(name, case)

sys.setrecursionlimit(150_000)


def endless(n):
    return endless(n + 1)


check("frames of Python", lambda: endless(0))
