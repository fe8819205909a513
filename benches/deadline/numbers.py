"""Long calls of integers, decimals, fractions and random numbers."""

import decimal
import fractions
import functools
import itertools
import math
import operator
import random
import statistics
import sys


def int_power():
    yield
    7 ** (10**8)


def int_multiply():
    big = 1 << 300_000_000
    yield
    while True:
        big * big


def int_to_text():
    sys.set_int_max_str_digits(0)
    big = 1 << 20_000_000
    yield
    str(big)


def int_from_text():
    sys.set_int_max_str_digits(0)
    text = "7" * 5_000_000
    yield
    int(text)


def int_divide():
    high, low = (1 << 40_000_000) - 1, (1 << 20_000_000) - 3
    yield
    while True:
        high // low


def int_root():
    big = (1 << 40_000_000) - 1
    yield
    math.isqrt(big)


def int_shift():
    big = (1 << 400_000_000) - 1
    yield
    while True:
        big >> 1


def factorial():
    yield
    math.factorial(10_000_000)


def binomial():
    yield
    math.comb(20_000_000, 10_000_000)


def gcd():
    high, low = (1 << 3_000_000) - 1, (1 << 2_999_999) - 12345
    yield
    while True:
        math.gcd(high, low)


def lcm():
    yield
    math.lcm(*range(1, 3_000_000))


def power_modulo():
    big = (1 << 200_000) - 1
    yield
    pow(3, big - 1, big)


def power_inverse():
    big, other = (1 << 400_000) - 1, (1 << 399_999) - 1
    yield
    while True:
        pow(other, -1, big)


def sum_range():
    yield
    sum(range(10**12))


def sum_endless():
    yield
    sum(iter(int, 1))


def sum_floats():
    yield
    math.fsum(itertools.repeat(0.1))


def product():
    yield
    math.prod(range(1, 10**9))


def distance():
    yield
    math.sumprod(itertools.repeat(2), itertools.repeat(3))


def reduce():
    yield
    functools.reduce(operator.xor, itertools.count())


def any_of_range():
    yield
    0.5 in range(10**12)


def decimal_exp():
    decimal.getcontext().prec = 10**6
    yield
    decimal.Decimal(2).sqrt().exp()


def decimal_power():
    decimal.getcontext().prec = 10**5
    yield
    decimal.Decimal("1.0000001") ** decimal.Decimal("12345678.9")


def decimal_multiply():
    context = decimal.getcontext()
    context.prec, context.Emax = 50_000_000, decimal.MAX_EMAX
    value = decimal.Decimal(7).scaleb(20_000_000) + 3
    yield
    while True:
        value * value


def decimal_text():
    context = decimal.getcontext()
    context.prec, context.Emax = 50_000_000, decimal.MAX_EMAX
    value = decimal.Decimal(1).scaleb(20_000_000) + 3
    yield
    while True:
        int(value)


def fraction_sum():
    yield
    sum(map(fractions.Fraction, itertools.repeat(1), itertools.count(1)))


def random_bytes():
    yield
    while True:
        random.randbytes(10**8)


def random_shuffle():
    numbers = list(range(1_000_000))
    yield
    while True:
        random.shuffle(numbers)


def quantiles():
    numbers = [n * 7919 % 1_000_003 for n in range(500_000)]
    yield
    while True:
        statistics.stdev(numbers)
