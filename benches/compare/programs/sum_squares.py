"""A generator expression inside `sum`."""


def run():
    return sum(i * i for i in range(1_000_000))
