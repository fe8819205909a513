# native: 3.14
# timeout: 60
"""Chains of many objects, each of which holds the next one, are freed without a deep recursion."""

import collections
import contextvars
import functools
import itertools
import types

LENGTH = 300_000


class Node:
    def __init__(self, next):
        self.next = next


class WithDict(Node):
    def __init__(self, next):
        vars(self)["next"] = next


class Slot:
    __slots__ = ("next",)

    def __init__(self, next):
        self.next = next


class Finalized(Node):
    def __del__(self):
        pass


class Hashed(Slot):
    def __hash__(self):
        return 1


def generator(inner):
    yield 0
    yield inner


def started(inner):
    running = generator(inner)
    next(running)
    return running


class Pause:
    def __await__(self):
        yield


async def coroutine(inner):
    await Pause()
    return inner


def suspended(inner):
    running = coroutine(inner)
    running.send(None)
    return running


def closure(inner):
    return lambda: inner


def chained(attribute):
    def link(inner):
        error = ValueError()
        setattr(error, attribute, inner)
        return error

    return link


def in_context(inner):
    context = contextvars.Context()
    context.run(VARIABLE.set, inner)
    return context


VARIABLE = contextvars.ContextVar("variable")
KINDS = {
    "list": (None, lambda x: [x]),
    "tuple": (None, lambda x: (x,)),
    "dict": (None, lambda x: {0: x}),
    "set": (None, lambda x: {Hashed(x)}),
    "deque": (None, lambda x: collections.deque([x])),
    "OrderedDict": (None, lambda x: collections.OrderedDict(a=x)),
    "namedtuple": (None, collections.namedtuple("Pair", "a")),
    "attribute": (None, Node),
    "attribute in a dictionary": (None, WithDict),
    "slot": (None, Slot),
    "finalizer": (None, Finalized),
    "namespace": (None, lambda x: types.SimpleNamespace(a=x)),
    "generator": (None, started),
    "generator that has not started": (None, generator),
    "generator expression": (iter(()), lambda x: (y for y in x)),
    "coroutine": (None, suspended),
    "closure": (None, closure),
    "cause": (None, chained("__cause__")),
    "context": (None, chained("__context__")),
    "arguments of an exception": (None, ValueError),
    "chain": (iter(()), itertools.chain),
    "chain of two": (iter(()), lambda x: itertools.chain((), x)),
    "map": (iter(()), lambda x: map(str, x)),
    "zip": (iter(()), zip),
    "filter": (iter(()), lambda x: filter(None, x)),
    "islice": (iter(()), lambda x: itertools.islice(x, 9)),
    "partial": (print, lambda x: functools.partial(print, x)),
    "bound method": (1, lambda x: types.MethodType(print, x)),
    "cache": (print, functools.lru_cache(1)),
    "static method": (None, staticmethod),
    "property": (None, property),
    "context of variables": (None, in_context),
}

for name, (chain, link) in KINDS.items():
    for _ in range(LENGTH):
        chain = link(chain)
    del chain
    print(name)
