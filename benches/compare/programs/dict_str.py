"""A dict whose keys are strings: filling it and looking things up."""


def run():
    table = {}
    for i in range(200_000):
        table[str(i)] = i
    return sum(table[str(i)] for i in range(0, 200_000, 2))
