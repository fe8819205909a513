# native: yes
"""Generators: send, throw, close, delegation and return values."""


def average():
    total = count = 0
    value = None
    while True:
        try:
            value = yield (total / count if count else 0)
        except ValueError:
            total = count = 0
            continue
        total += value
        count += 1


g = average()
print(next(g), g.send(10), g.send(20), g.throw(ValueError), g.send(3))
g.close()


def inner():
    got = yield 1
    print("got", got)
    return "inner result"


def outer():
    result = yield from inner()
    print(result)
    yield 2


g = outer()
print(next(g), g.send("sent"), list(g))


def fibonacci():
    a, b = 0, 1
    while True:
        yield a
        a, b = b, a + b


import itertools

print(list(itertools.islice(fibonacci(), 15)))
try:
    next(iter(()))
except StopIteration as stop:
    print(repr(stop))
