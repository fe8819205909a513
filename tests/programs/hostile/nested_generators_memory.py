# expect: memory_exceeded timeout
# timeout: 20
# memory: 128MiB
"""A tree of generators that doubles at each level."""


def tree(n):
    return (tree(n + 1), tree(n + 1), [0] * 1000)


def grow():
    level = [object()]
    while True:
        level = [(a, [b], (c for c in (a, b)).__next__) for a in level for b in (1, 2)]


grow()
