"""Iterators, lambdas and functools: chains of small steps, and results that are remembered."""

import functools
import itertools
import operator


@functools.cache
def steps(number):
    if number == 1:
        return 0
    return 1 + steps(number // 2 if number % 2 == 0 else 3 * number + 1)


def compose(*functions):
    return lambda value: functools.reduce(lambda result, function: function(result), functions, value)


def counted(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        wrapper.calls += 1
        return function(*args, **kwargs)

    wrapper.calls = 0
    return wrapper


@counted
def scale(value, *, by=2):
    return value * by


def run():
    steps.cache_clear()
    scale.calls = 0
    change = compose(lambda x: x + 1, functools.partial(scale, by=3), str, len)
    lengths = sum(map(change, range(100_000)))
    longest = max(range(1, 40_000), key=steps)
    pairs = itertools.islice(itertools.combinations(range(70), 3), 0, 30_000, 2)
    groups = itertools.groupby(sorted(map(sum, pairs)), key=lambda value: value % 10)
    sizes = [len(list(group)) for _, group in itertools.takewhile(lambda item: item[0] < 9, groups)]
    running = list(itertools.accumulate(itertools.chain(range(20_000), [1, 2, 3]), operator.xor))
    return lengths, longest, sum(sizes), running[-1], scale.calls
