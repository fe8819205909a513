# native: yes
"""Large computations: primes, big-integer conversion, matrix products and sorting."""

import math


def primes(limit):
    sieve = bytearray([1]) * (limit + 1)
    sieve[0:2] = b"\0\0"
    for n in range(2, math.isqrt(limit) + 1):
        if sieve[n]:
            sieve[n * n :: n] = bytes(len(range(n * n, limit + 1, n)))
    return [n for n, is_prime in enumerate(sieve) if is_prime]


found = primes(200_000)
print(len(found), found[-1], sum(found))
print(len(str(3**8000)), str(2**1000)[-10:], int("9" * 500) % 97, hex(7**50))
size = 40
a = [[(i * j) % 7 for j in range(size)] for i in range(size)]
product = [[sum(x * y for x, y in zip(row, column)) for column in zip(*a)] for row in a]
print(sum(map(sum, product)), product[3][5])
values = [(n * 7919) % 100_003 for n in range(50_000)]
print(sorted(values)[:5], sorted(values, reverse=True)[0], len(set(values)))
try:
    int("9" * 5000)
except ValueError as error:
    print(str(error)[:40])
