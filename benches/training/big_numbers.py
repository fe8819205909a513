"""Integers of any size, and statistics of floats: digits of pi, factorials, roots and means."""

import math
import statistics


def pi_digits(count):
    q, r, t, k, n, m = 1, 0, 1, 1, 3, 3
    digits = []
    while len(digits) < count:
        if 4 * q + r - t < n * t:
            digits.append(n)
            q, r, n = 10 * q, 10 * (r - n * t), (10 * (3 * q + r)) // t - 10 * n
        else:
            q, r, t, n, m = q * k, (2 * q + r) * m, t * m, (q * (7 * k + 2) + r * m) // (t * m), m + 2
            k += 1
    return digits


def run():
    digits = pi_digits(1_500)
    large = math.factorial(1_200)
    root = math.isqrt(large)
    common = math.gcd(large, 2**600 * 3**300)
    shifted = (large >> 300) ^ (root << 5) & ((1 << 900) - 1)
    floats = [math.sin(i) * math.sqrt(i) for i in range(60_000)]
    mean = statistics.fmean(floats)
    spread = math.fsum((value - mean) ** 2 for value in floats)
    middle = statistics.median(floats)
    return digits[-5:], str(common)[:9], shifted.bit_length(), round(mean, 6), round(spread, 3), round(middle, 6)
