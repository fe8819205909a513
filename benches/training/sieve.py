"""Bytearrays, slices and integers: primes, their gaps, and powers of large ones."""

import itertools


def primes(limit):
    marks = bytearray([1]) * (limit + 1)
    marks[0] = marks[1] = 0
    for i in range(2, int(limit**0.5) + 1):
        if marks[i]:
            marks[i * i :: i] = bytes(len(range(i * i, limit + 1, i)))
    return [i for i, mark in enumerate(marks) if mark]


def run():
    found = primes(2_000_000)
    gaps = {}
    for one, two in itertools.pairwise(found):
        gaps[two - one] = gaps.get(two - one, 0) + 1
    residues = [pow(p, 65_537, 1_000_000_007) for p in found[::7]]
    return len(found), max(gaps), sum(residues) % 9_973
