"""Generators that feed each other."""


def numbers(count):
    value = 7
    for _ in range(count):
        value = (value * 75 + 74) % 65_537
        yield value


def runs(values):
    last, length = None, 0
    for value in values:
        parity = value % 2
        if parity == last:
            length += 1
        else:
            if length:
                yield length
            last, length = parity, 1
    yield length


def walk(low, high):
    if low < high:
        middle = (low + high) // 2
        yield from walk(low, middle)
        yield middle
        yield from walk(middle + 1, high)


def run():
    lengths = list(runs(numbers(150_000)))
    return len(lengths), max(lengths), sum(value * 3 for value in walk(0, 12_000))
