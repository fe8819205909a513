"""Measures operations on arrays of several sizes, and prints [name, size, best seconds] of each as JSON."""

import json
from time import perf_counter

import numpy as np

SIZES = (10, 1_000, 100_000, 2_000_000)
BUDGET = 0.08
np.seterr(all="ignore")


def best_of(call):
    """The best time of a call, of as many as the budget allows."""
    call()
    start = perf_counter()
    call()
    repeats = max(1, int(2e-4 / max(perf_counter() - start, 1e-9)))
    best, end = float("inf"), perf_counter() + BUDGET
    while (start := perf_counter()) < end:
        for _ in range(repeats):
            call()
        best = min(best, (perf_counter() - start) / repeats)
    return best


def operations(size):
    """The operations by their names."""
    rng = np.random.default_rng(1)
    a, b = rng.random(size) + 0.5, rng.random(size) + 0.5
    out, nan, zeros = np.empty(size), np.full(size, np.nan), np.zeros(size)
    half, single, integers = np.where(np.arange(size) % 2, a, np.nan), a.astype("f4"), np.arange(size) % 97
    complexes, wide = a + 1j * b, np.repeat(a, 2)[::2]
    table = a.reshape(-1, 10)
    return {
        "add": lambda: a + b,
        "add, out": lambda: np.add(a, b, out=out),
        "add in place": lambda: np.add(out, 0.0, out=out),
        "add a number": lambda: a + 1.0,
        "multiply": lambda: a * b,
        "divide": lambda: a / b,
        "sqrt": lambda: np.sqrt(a),
        "square": lambda: a**2,
        "expression": lambda: a * b + a / b - 2.0 * a,
        "float32": lambda: single * single,
        "strided": lambda: wide + wide,
        "integers to floats": lambda: integers / 3,
        "maximum": lambda: np.maximum(a, b),
        "floor": lambda: np.floor(a),
        "floor divide": lambda: a // b,
        "exp": lambda: np.exp(a),
        "power": lambda: a**1.5,
        "complex add": lambda: complexes + complexes,
        "complex multiply": lambda: complexes * complexes,
        "sum": a.sum,
        "sum, columns": lambda: table.sum(axis=0),
        "sum, rows": lambda: table.sum(axis=1),
        "rows": lambda: table - table[0],
        "to integers": lambda: a.astype(int),
        "to float32": lambda: a.astype("f4"),
        "NaN add": lambda: nan + b,
        "NaN in place": lambda: np.add(nan, 1.0, out=nan),
        "NaN multiply, half": lambda: half * b,
        "NaN exp": lambda: np.exp(nan),
        "NaN maximum": lambda: np.maximum(nan, b),
        "divide by zero": lambda: a / zeros,
    }


print(json.dumps([(name, str(size), best_of(call)) for size in SIZES for name, call in operations(size).items()]))
