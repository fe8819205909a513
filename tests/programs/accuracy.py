"""The elementary functions of `math`, `cmath` and numpy are as exact as native ones: their largest errors have bounds.

An error is the distance from the exact value, in units in the last place of that value. Complex ones are distances in the
plane. The bounds are the errors over these inputs; natively, with glibc 2.36, they are 0.5 to 2 too, and 14 for `tan`.
"""

import cmath
import math
import random

import mpmath
import numpy as np

np.seterr(all="ignore")
rng = random.Random(20)
WIDE = 1300


def near(numbers):
    return [y for x in numbers for y in (x, math.nextafter(x, math.inf), math.nextafter(x, -math.inf))]


def drawn(low, high, count=150):
    return [rng.uniform(low, high) for _ in range(count)]


def scaled(low, high, count=150):
    return [rng.choice((1, -1)) * 2.0 ** rng.uniform(low, high) for _ in range(count)]


# Subnormal, tiny and huge numbers, multiples of pi / 4, of which the last two are extremely close to one, and numbers
# around 1; integers and halves.
TINY = [5e-324, 1e-310, 2.0**-1022, 1e-200, 1e-20, 2.0**-28, 1e-8]
HUGE = [1e5, 823549.6, 2.0**53, 1e22, 2.0**120, 1e200, 1.7e308]
PI = [n * math.pi / 4 for n in (1, 2, 3, 4, 5, 6, 22, 355, 1e15)] + [6381956970095103 * 2.0**797, 5.319372648326541e255]
ONE = [1 + sign * 2.0**-n for n in (1, 2, 5, 10, 20, 30, 52) for sign in (1, -1)]
EVERY = [sign * x for x in near(TINY + HUGE + PI + ONE) for sign in (1, -1)] + [n / 2 for n in range(-60, 61)]
EVERY += scaled(-1000, 1000) + scaled(-30, 8) + drawn(-10, 10)

# The bounds of `math`, of doubles and of floats in numpy; the numbers.
REAL = {
    "sin": (0.7, 0.7, 0.6, EVERY),
    "cos": (0.7, 0.7, 0.6, EVERY),
    "tan": (0.8, 0.8, 0.9, EVERY),
    "asin": (0.8, 0.8, 0.7, EVERY + drawn(-1, 1)),
    "acos": (0.8, 0.8, 0.8, EVERY + drawn(-1, 1)),
    "atan": (0.8, 0.8, 0.7, EVERY),
    "sinh": (1.5, 1.5, 1.5, EVERY + drawn(-700, 700)),
    "cosh": (1.0, 1.0, 1.0, EVERY + drawn(-700, 700)),
    "tanh": (1.7, 1.7, 1.7, EVERY + drawn(-20, 20)),
    "asinh": (1.3, 1.3, 1.3, EVERY),
    "acosh": (1.2, 1.2, 1.3, EVERY + drawn(1, 5)),
    "atanh": (1.4, 1.4, 1.5, EVERY + drawn(-1, 1)),
    "exp": (0.6, 0.6, 0.6, EVERY + drawn(-745, 710)),
    "exp2": (0.6, 0.6, 0.6, EVERY + drawn(-1074, 1024)),
    "expm1": (0.8, 0.8, 0.9, EVERY + drawn(-40, 700)),
    "log": (0.6, 0.6, 0.7, EVERY),
    "log2": (0.6, 0.6, 0.6, EVERY),
    "log10": (0.7, 0.7, 0.8, EVERY + [10.0**n for n in range(-20, 23)]),
    "log1p": (0.9, 0.9, 0.9, EVERY),
    "cbrt": (0.7, 0.7, 0.6, EVERY),
    "sqrt": (0.5, 0.5, 0.5, EVERY),
    "erf": (0.9, None, None, EVERY),
    "erfc": (2.6, None, None, EVERY + drawn(-5, 27)),
    "gamma": (6.0, None, None, EVERY + drawn(-170, 171)),
    "lgamma": (6.0, None, None, EVERY + drawn(-50, 50)),
    "pow": (0.6, 0.6, 0.6, [*zip(map(abs, scaled(-20, 20)), drawn(-40, 40)), *((x, y) for x in (1 + 2.0**-30, 1.0000001, 2.0, 10.0, 3.7) for y in (2.0**30, 1e9, -1e9, 0.5, 1 / 3, 300.0)), *((-x, float(round(y))) for x, y in zip(drawn(0.5, 9), drawn(-30, 30)))]),
    "atan2": (1.0, 1.0, 1.0, [*zip(scaled(-40, 40), scaled(-40, 40)), *((x, y) for x in (1e-310, 1.0, -1e300) for y in (1e-310, -1.0, 1e300))]),
    "hypot": (0.5, 1.0, 1.0, [*zip(scaled(-500, 500), scaled(-500, 500)), *zip(drawn(-9, 9), drawn(-9, 9)), (1e-310, 1e-310), (1e308, 1e308)]),
    "fmod": (0.0, 0.0, 0.0, [*zip(scaled(-40, 40), scaled(-40, 40))]),
}
EXACT = {
    "exp2": lambda x: mpmath.power(2, x),
    "log2": lambda x: mpmath.log(x, 2),
    "cbrt": lambda x: mpmath.sign(x) * mpmath.cbrt(abs(x)),
    "lgamma": lambda x: mpmath.log(abs(mpmath.gamma(x))),
    "fmod": lambda x, y: x - y * int(x / y),
    "pow": mpmath.power,
}
# The numbers beyond which a result is infinite, zero or a constant, and costs many digits.
LIMITS = {"exp": 2000, "exp2": 2000, "expm1": 2000, "sinh": 2000, "cosh": 2000, "tanh": 1e5, "gamma": 200, "lgamma": 1e6, "erf": 1e5, "erfc": 40}
NUMPY = {"asin": "arcsin", "acos": "arccos", "atan": "arctan", "asinh": "arcsinh", "acosh": "arccosh", "atanh": "arctanh", "atan2": "arctan2", "pow": "power"}


def unit(exact, bits):
    """The unit in the last place of a number."""
    least, precision = (-1074, 53) if bits == 64 else (-149, 24)
    return mpmath.ldexp(1, max(mpmath.frexp(exact)[1] - precision, least) if exact else least)


def error(result, exact, bits, floor=0):
    largest = mpmath.ldexp(2**53 - 1, 971) if bits == 64 else mpmath.ldexp(2**24 - 1, 104)
    if abs(exact) > largest or math.isinf(result):
        # A result may be infinite if the exact value is as good as too large.
        return 0.0 if math.isinf(result) and abs(exact) > largest * (1 - 2.0**-50) or abs(result) == largest else math.inf
    return math.inf if math.isnan(result) else float(abs(mpmath.mpf(result) - exact) / unit(max(abs(exact), floor), bits))


def exact_value(name, args):
    if abs(args[0]) > LIMITS.get(name, math.inf) or name in ("gamma", "lgamma") and args[0] <= 0 and args[0] == int(args[0]):
        return None
    mpmath.mp.prec = WIDE if name in ("sin", "cos", "tan", "fmod") else 200
    try:
        value = (EXACT.get(name) or getattr(mpmath, name))(*map(mpmath.mpf, args))
    except (ValueError, ZeroDivisionError):
        return None
    finally:
        mpmath.mp.prec = 200
    return value if isinstance(value, mpmath.mpf) and mpmath.isfinite(value) else None


def call(function, args):
    try:
        return function(*args)
    except OverflowError:
        return math.inf
    except ValueError:
        return math.nan


def worst(name, inputs, results, bits):
    # The logarithm of gamma has roots, near which no library has a relative precision.
    floor = 1 if name == "lgamma" else 0
    errors = [(error(result, exact, bits, floor), args) for args, result in zip(inputs, results) if (exact := exact_value(name, args)) is not None]
    assert len(errors) > 100, name
    return max(errors)


too_large = []


def check(name, found, bound):
    if not found[0] <= bound:
        too_large.append((name, bound, found))


for name, (*bounds, inputs) in REAL.items():
    inputs = [args if isinstance(args, tuple) else (args,) for args in inputs]
    function = getattr(math, name)
    check(name, worst(name, inputs, [call(function, args) for args in inputs], 64), bounds[0])
    for kind, bits, bound in (("f8", 64, bounds[1]), ("f4", 32, bounds[2])):
        if bound is not None:
            columns = [np.array(column).astype(kind) for column in zip(*inputs)]
            results = getattr(np, NUMPY.get(name, name))(*columns).astype(float).tolist()
            rounded = list(zip(*(column.astype(float).tolist() for column in columns)))
            usable = [(args, result) for args, result in zip(rounded, results) if all(x and math.isfinite(x) for x in args)]
            check(f"{name} {kind}", worst(name, *zip(*usable), bits), bound)


def part():
    kind = rng.randrange(4)
    if kind == 0:
        return rng.uniform(-3, 3)
    if kind == 1:
        return rng.choice((1, -1)) * 2.0 ** rng.uniform(-60, 8)
    if kind == 2:
        return rng.choice((1, -1)) * (1 + rng.choice((1, -1)) * 2.0 ** rng.uniform(-52, -1))
    return rng.choice((1, -1)) * rng.choice((1e-200, 1e-20, 1e-8, 0.5, 1.0, 2.0, 20.0, 700.0, 1e5, 1e20, 1e155, 1e200))


# The bounds of `cmath`, and of complex numbers of 128 and 64 bits in numpy.
COMPLEX = {
    "sqrt": (1.5, 2.0, 1.0), "exp": (1.5, 1.5, 1.6), "log": (2.0, 2.0, 2.0), "log10": (3.0, 3.0, 3.0),
    "sin": (2.0, 2.0, 2.0), "cos": (2.0, 2.0, 2.0), "tan": (4.0, 4.0, 4.0),
    "sinh": (2.0, 2.0, 2.0), "cosh": (2.5, 2.5, 2.5), "tanh": (4.0, 4.0, 4.0),
    "asin": (3.0, 3.0, 3.0), "acos": (3.0, 3.0, 3.0), "atan": (3.0, 3.0, 3.0),
    "asinh": (3.0, 3.0, 3.0), "acosh": (3.0, 3.0, 3.0), "atanh": (3.0, 3.0, 3.0),
}  # fmt: skip
points = [complex(part(), part()) for _ in range(250)]
for name, bounds in COMPLEX.items():
    limited = name in ("exp", "sin", "cos", "tan", "sinh", "cosh", "tanh")
    numbers = [z for z in points if not (limited and max(abs(z.real), abs(z.imag)) > 1000)]
    mpmath.mp.prec = WIDE
    function = getattr(cmath, name)
    results = [call(function, (z,)) for z in numbers]
    for kind, bits, bound in (("cmath", 64, bounds[0]), ("c16", 64, bounds[1]), ("c8", 32, bounds[2])):
        given = numbers
        if kind != "cmath":
            array = np.array(numbers).astype(kind)
            given, results = array.tolist(), getattr(np, NUMPY.get(name, name))(array).astype("c16").tolist()
        largest = (0.0, None)
        for z, result in zip(given, results):
            if not (cmath.isfinite(z) and z.real and z.imag):
                continue
            exact = getattr(mpmath, name)(mpmath.mpc(z.real, z.imag))
            if abs(exact) < mpmath.ldexp(1, 1023 if bits == 64 else 127):
                finite = cmath.isfinite(result)
                off = abs(mpmath.mpc(result.real, result.imag) - exact) / unit(abs(exact), bits) if finite else math.inf
                largest = max(largest, (float(off), str(z)))
        check(f"{name} {kind}", largest, bound)

assert not too_large, "\n".join(map(str, too_large))

# Values that are exact are found exactly.
assert [math.log2(2.0**n) for n in range(-1074, 1024)] == list(range(-1074, 1024))
assert [math.log10(10.0**n) for n in range(23)] == list(range(23))
assert [math.cbrt(float(n) ** 3) for n in range(2000)] == list(range(2000))
assert np.log10(10.0 ** np.arange(23)).tolist() == list(range(23))
assert np.exp2(np.arange(-1074.0, 1024)).tolist() == [2.0**n for n in range(-1074, 1024)]
assert math.hypot(3, 4) == 5 and np.hypot(5.0, 12.0) == 13
