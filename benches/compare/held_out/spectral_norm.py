"""Floats and calls: the largest singular value of an endless matrix, cut off."""


def entry(i, j):
    return 1.0 / ((i + j) * (i + j + 1) // 2 + i + 1)


def times(vector):
    return [sum(entry(i, j) * v for j, v in enumerate(vector)) for i in range(len(vector))]


def times_transposed(vector):
    return [sum(entry(j, i) * v for j, v in enumerate(vector)) for i in range(len(vector))]


def run():
    u = [1.0] * 90
    for _ in range(6):
        v = times_transposed(times(u))
        u = times_transposed(times(v))
    upper = sum(a * b for a, b in zip(u, v))
    lower = sum(b * b for b in v)
    return round((upper / lower) ** 0.5, 9)
