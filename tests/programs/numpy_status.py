"""The reports of numpy about divisions by zero, overflows and invalid operations are those of native numpy."""

import warnings

import numpy as np
from numpy.linalg import LinAlgError

array = np.array
DIVISION, OVERFLOW, INVALID = "divide by zero", "overflow", "invalid value"
inf, nan = np.inf, np.nan


def in_place(function, numbers, *others):
    numbers = array(numbers)
    return function(numbers, *others, out=numbers)


def at(function, kind, first, second):
    numbers = np.full(5, first, kind)
    function.at(numbers, [1, 2, 2], np.full(3, second, kind))
    return numbers


CASES = [
    # Arrays of floats.
    (lambda: array([1.0, -1, 2]) / 0, {DIVISION}),
    (lambda: array([0.0]) / 0, {INVALID}),
    (lambda: array([1.0, 0]) / 0, {DIVISION, INVALID}),
    (lambda: 1 / np.zeros(3), {DIVISION}),
    (lambda: np.ones(5)[::2] / 0, {DIVISION}),
    (lambda: np.ones(100_001) / np.r_[np.ones(100_000), 0], {DIVISION}),
    (lambda: array([1, 2]) / 0, {DIVISION}),
    (lambda: array([1e308]) * 10, {OVERFLOW}),
    (lambda: array([1.7e308]) + 1.7e308, {OVERFLOW}),
    (lambda: array([inf]) - inf, {INVALID}),
    (lambda: array([1e-300]) / 1e300, set()),
    (lambda: np.sqrt(array([-1.0])), {INVALID}),
    (lambda: np.log(array([0.0, 2])), {DIVISION}),
    (lambda: np.log(array([-1.0])), {INVALID}),
    (lambda: (np.log2(array([0.0])), np.log10(array([0.0])), np.log1p(array([-1.0])), np.arctanh(array([1.0]))), {DIVISION}),
    (lambda: (np.log1p(array([-2.0])), np.arctanh(array([2.0])), np.arcsin(array([2.0])), np.tan(array([inf]))), {INVALID}),
    (lambda: (np.exp(array([1e3])), np.exp2(array([5e3])), np.expm1(array([5e3])), np.cosh(array([5e3]))), {OVERFLOW}),
    (lambda: (np.hypot(array([1.7e308]), 1.7e308), np.ldexp(array([1.0]), 10_000)), {OVERFLOW}),
    (lambda: array([0.0, 1e200]) ** array([-1.0, 2]), {DIVISION, OVERFLOW}),
    (lambda: (np.reciprocal(array([0.0])), array([1.0]) // 0), {DIVISION}),
    (lambda: (array([1.0]) % 0, np.fmod(array([1.0]), 0)), {INVALID}),
    (lambda: np.divmod(array([1.0]), 0), {DIVISION, INVALID}),
    # Places in an array, of every type.
    *((lambda kind=kind: (at(np.divide, kind, 1, 0), at(np.floor_divide, kind, 1, 0)), {DIVISION}) for kind in "efdg"),
    *((lambda kind=kind: at(np.subtract, kind, inf, inf), {INVALID}) for kind in "efdgFDG"),
    *((lambda kind=kind: at(np.multiply, kind, np.finfo(kind).max, 2), {OVERFLOW}) for kind in "efdg"),
    *((lambda kind=kind: (at(np.add, kind, nan, 1), at(np.maximum, kind, inf, 2), at(np.divide, kind, inf, 2)), set()) for kind in "efdg"),
    # What was not finite before is not reported.
    (lambda: (array([nan, 1]) + 1, array([inf]) * 2, array([nan]) / 0, array([inf]) / 0, np.exp(array([inf]))), set()),
    (lambda: (np.maximum(array([nan]), 1), array([nan]) < 1, np.sign(array([nan])), np.spacing(array([inf]))), set()),
    (lambda: (np.frexp(array([inf])), np.modf(array([inf])), np.cbrt(array([inf])), np.logaddexp(array([-inf]), -inf)), set()),
    (lambda: np.divide(array([1.0, 1]), array([0.0, 1]), where=[False, True], out=np.zeros(2)), set()),
    # Other types.
    (lambda: (array([1], "f4") / array([0], "f4"), array([1], "f2") / array([0], "f2"), array([1], "g") / 0), {DIVISION}),
    (lambda: (array([3e38], "f4") * array([10], "f4"), array([60_000], "f2") * array([10], "f2")), {OVERFLOW}),
    (lambda: array([1e300], "g") ** 20, {OVERFLOW}),
    (lambda: array([1 + 0j]) / 0, {DIVISION, INVALID}),
    (lambda: np.exp(array([1000 + 1j])), {OVERFLOW}),
    # In place, into the operand itself.
    (lambda: in_place(np.divide, [1.0, -1], 0), {DIVISION}),
    (lambda: in_place(np.log, [0.0]), {DIVISION}),
    (lambda: in_place(np.multiply, [nan, inf, 1], 2), set()),
    (lambda: in_place(np.multiply, [nan, 1e308], 10), {OVERFLOW}),
    (lambda: np.full(300_000, 1e300) * 1e5 * 1e10, {OVERFLOW}),
    # Reductions.
    (lambda: (array([1.7e308] * 2).sum(), array([1e200] * 2).prod(), array([1.7e308] * 2).cumsum()), {OVERFLOW}),
    (lambda: array([[1.7e308, 1], [1.7e308, 1]]).sum(axis=0), {OVERFLOW}),
    (lambda: array([inf, -inf]).sum(), {INVALID}),
    (lambda: (array([nan, 1]).sum(), array([inf, 1]).sum(), array([nan, 1]).max()), set()),
    (lambda: (np.divide.reduce(array([1.0, 0])), np.divide.accumulate(array([1.0, 0]))), {DIVISION}),
    # Integers and times.
    (lambda: [array([1], kind) // array([0], kind) for kind in "bBhHiIlLqQ"], {DIVISION}),
    (lambda: [array([1], kind) % array([0], kind) for kind in "bBhHiIlLqQ"], {DIVISION}),
    (lambda: [np.divmod(array([1], kind), array([0], kind)) for kind in "bBhHiIlLqQ"], {DIVISION}),
    (lambda: [np.floor_divide.reduce(array([5, 0], kind)) for kind in "bBhHiIlLqQ"], {DIVISION}),
    (lambda: [array([np.iinfo(k).min], k) // array([-1], k) for k in "bhilq"], {OVERFLOW}),
    (lambda: array([5], "m8[s]") // array([0], "m8[s]"), {DIVISION}),
    (lambda: (array(["NaT"], "m8[s]") // array([3], "m8[s]"), array([3], "m8[s]") // np.timedelta64("NaT", "s")), {INVALID}),
    (lambda: array([5], "m8[s]") % array([0], "m8[s]"), {DIVISION}),
    # Single numbers.
    (lambda: (np.float64(1) / 0, np.float64(1) // 0, np.float64(0) ** -1, np.int64(1) // 0, np.int64(1) / 0), {DIVISION}),
    (lambda: (np.float64(0) / 0, np.float64(1) % 0, np.float64(inf) - inf), {INVALID}),
    (lambda: (np.float64(1e308) * 10, np.float64(1e308) ** 2, np.float32(3e38) * np.float32(10)), {OVERFLOW}),
    (lambda: (np.float16(60_000) * np.float16(10), np.int32(2**31 - 1) + np.int32(1)), {OVERFLOW}),
    (lambda: (np.longdouble(1) / 0, np.float16(1) / np.float16(0)), {DIVISION}),
    (lambda: (np.complex128(1) / 0, np.complex64(1) / 0), {DIVISION, INVALID}),
    (lambda: (np.float64(nan) + 1, np.float64(1e-300) * 1e-300, np.float64(inf) / 0), set()),
    # Conversions.
    (lambda: [array([value]).astype(kind) for value in (nan, inf, 1e30) for kind in ("i4", "i8", "u4", "u8")], {INVALID}),
    (lambda: (array([1e300]).astype("f4"), array([1e300]).astype("f2"), array([1e10], "f4").astype("f2")), {OVERFLOW}),
    (lambda: (array([1e300 + 0j]).astype("c8"), np.float32(1e300)), {OVERFLOW}),
    (lambda: (array([-2147483648.5, 2147483647.5]).astype("i4"), array([-(2.0**63)]).astype("i8")), set()),
    (lambda: (array([nan, inf]).astype("f4"), array([nan, inf]).astype("f2"), array([65504.0]).astype("f2")), set()),
]

for number, (case, expected) in enumerate(CASES):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        case()
    seen = {str(warning.message).partition(" encountered")[0] for warning in caught}
    assert seen == expected, (number, seen, expected)
    kinds = {DIVISION: "divide", OVERFLOW: "over", INVALID: "invalid"}
    with np.errstate(**{kind: "raise" if name in expected else "warn" for name, kind in kinds.items()}):
        try:
            case()
            raised = False
        except FloatingPointError:
            raised = True
    assert raised == bool(expected), number

with np.errstate(under="raise"):
    for case in (lambda: np.float64(1e-300) * 1e-300, lambda: np.float32(1e-30) / np.float32(1e30)):
        try:
            case()
        except FloatingPointError as error:
            assert "underflow" in str(error)
        else:
            raise AssertionError("no underflow")
    assert np.float64(0) * 1e-300 == 0

calls = []
with np.errstate(divide="call"):
    before = np.seterrcall(lambda kind, flags: calls.append((kind, flags)))
    array([1.0]) / 0, np.float64(1) / 0
    np.seterrcall(before)
assert calls == [("divide by zero", 1)] * 2, calls

singular, absent = array([[1.0, 2], [2, 4]]), np.full((2, 2), nan)
failing = {
    "cholesky": lambda: np.linalg.cholesky(array([[1, 3], [2, 4]])),
    "inv": lambda: np.linalg.inv(singular),
    "solve": lambda: np.linalg.solve(singular, [1, 2]),
    "stack": lambda: np.linalg.inv(array([np.eye(2), singular])),
    "float32": lambda: np.linalg.inv(singular.astype("f4")),
    "complex": lambda: np.linalg.inv(singular.astype(complex)),
    "svd": lambda: np.linalg.svd(absent),
    "svd, values only": lambda: np.linalg.svd(absent, compute_uv=False),
    "eig": lambda: np.linalg.eig(absent),
    "lstsq": lambda: np.linalg.lstsq(absent, [1, 2]),
    "matrix_power": lambda: np.linalg.matrix_power(singular, -1),
    "tensorinv": lambda: np.linalg.tensorinv(np.zeros((2, 2)), 1),
}
for name, case in failing.items():
    try:
        print(name, case())
    except LinAlgError:
        continue
    raise AssertionError(f"{name} does not raise LinAlgError")
assert np.linalg.det(singular) == 0
assert np.allclose(np.linalg.inv(array([np.eye(2), 2 * np.eye(2)])), array([np.eye(2), np.eye(2) / 2]))
