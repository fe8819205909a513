# packages: numpy
# works: in part: `errstate` does not see underflow in arrays, nor overflow in `dot`, `matmul` and `einsum`; the results are correct
"""Arrays, linear algebra, transforms, random numbers, sorting, text, dates, files, and functions written in C."""

import numpy as np

a = np.arange(12.0).reshape(3, 4)
print(a @ a.T, a.sum(axis=0), a[a % 2 == 0].mean())
m = np.array([[4.0, 1, 2], [1, 3, 0], [2, 0, 5]])
print(np.linalg.solve(m, [7, 4, 7]), round(np.linalg.det(m)), np.linalg.matrix_rank(m))
print(np.linalg.eigvalsh(m).round(6), np.allclose(np.linalg.inv(m) @ m, np.eye(3)))
u, s, vt = np.linalg.svd(a)
print(np.allclose(u[:, :3] * s @ vt[:3], a), s.round(6))
spectrum = np.fft.rfft(np.sin(2 * np.pi * 5 * np.arange(64) / 64))
print(np.abs(spectrum).argmax(), np.allclose(np.fft.irfft(spectrum), np.sin(2 * np.pi * 5 * np.arange(64) / 64)))
print(np.random.default_rng(42).integers(0, 100, 5), np.random.default_rng(42).normal(size=2).round(6))
print(np.random.RandomState(1).rand(2).round(6), np.random.Generator(np.random.Philox(3)).permutation(5))
print(np.sort(np.array([3, 1, 2], dtype=np.float16)), np.argsort([b"b", b"a"]), np.unique([1, 2, 2], return_counts=True))
print(np.array(["2026-02-28"], dtype="datetime64[D]") + np.timedelta64(1, "D"), np.strings.upper(["ab", "ü"]))
print(np.array([2**63 - 1]) + np.array([1]), np.uint8(200) + np.uint8(55), np.int32(-7) // 2, np.float32(0.1))
try:
    with np.errstate(divide="raise"):
        print(np.array([1.0]) / 0)
except FloatingPointError as error:
    print(error)
np.savez_compressed("a.npz", a=a, m=m)
print(np.load("a.npz")["a"].shape, np.polyfit([0, 1, 2], [1, 3, 7], 2).round(6), np.einsum("ij,kj->ik", a, a)[0])
print(np.lib.stride_tricks.sliding_window_view(np.arange(5), 3).sum(axis=1), np.vectorize(lambda x: x**2)([1, 2, 3]))
print(np.array([1 + 2j]).conj(), np.longdouble(1) / 3 == 1 / 3, np.clip([1, 5], 2, 4), np.convolve([1, 2, 3], [0, 1, 0.5]))

# The default integer has 64 bits.
print(np.arange(1, 100_001).sum(), np.mean(np.arange(100_000) ** 2), np.prod(np.arange(1, 21)), np.prod((500,) * 4))
print(np.array([1_700_000_000]) * 1000, np.array([3e9]).astype(int), np.square(100_000), np.dtype(int), np.int_, np.uint)
print(*(np.ones(2, code).sum().dtype for code in "?bBhHiIlLqQ"), (np.True_ + 1).dtype, np.cumsum(np.full(3, 10**9)))
print(*(x.dtype for x in (np.array([1, 2]), np.arange(3), np.zeros(1, "int"), np.full(1, 7), np.array([2**63]), np.r_[1:3])))
print(np.add.resolve_dtypes((int, int, None))[2], np.result_type(bool, int), np.array([1], "i4").sum(), np.iinfo(int).max)
wide = np.array([0, 1, 1])
print(np.repeat([5, 6, 7], wide), np.choose(wide, [[1, 2, 3], [4, 5, 6]]), np.add.reduceat([1, 2, 3], wide[:2]), end=" ")
print(np.searchsorted([3, 1], [2], sorter=wide[1::-1]), np.arange(4)[wide], np.put(wide.copy(), wide, 9), np.bincount(wide))
print(np.argmax([[1, 2], [3, 0]], axis=0, out=np.empty(2, int)))
for bad in (lambda: np.choose([0.5], [[1], [2]]), lambda: np.array([1], "i4") + 2**40):
    try:
        print(bad())
    except (TypeError, OverflowError) as error:
        print(type(error).__name__)
np.random.seed(42)
print(np.random.randint(0, 100, 5), np.random.randint(0, 5 * 10**9, 2), np.random.permutation(4), np.random.choice(9, 2))
print(*(x.dtype for x in (np.random.randint(9, size=1), np.random.binomial(wide, 0.5), np.random.multinomial(3, [0.5, 0.5]))))
print(np.random.poisson(1e9), np.random.zipf(1.05, 3), np.random.RandomState(3).choice(10, 3), np.random.permutation(2).dtype)
print(np.random.default_rng(0).integers(0, 10**12, 2), np.histogram([1, 2, 2])[0].dtype)
print(np.histogram(np.array([-(2**31), 2**31 - 1], "l"), bins=2)[0])

# Positions have 64 bits for a program, and are those of native numpy.
many = np.arange(100_000)
found = [np.where(many > 99_997)[0], np.argwhere(many > 99_997), many.nonzero()[0], np.flatnonzero(many), np.argsort(-many)]
found += [many.argmax(), np.argmin(-many), many.searchsorted(99_999), np.digitize([99_999], many), np.lexsort((many,))]
found += [np.argpartition(many, 5), *np.unravel_index([99_999], (1, 100_000))[1:], np.ravel_multi_index(([9], [9]), (10, 10))]
found += [np.unique(many, return_index=True)[1], np.unique_inverse(many)[1], np.ma.argsort(np.ma.array(many)), *np.ix_(many > 5)]
found += [np.strings.str_len(["ab" * 50_000]), np.char.find(["ab"], "b"), np.count_nonzero(many)]
print({str(np.asarray(x).dtype) for x in found}, [int(np.max(np.asarray(x) ** 2)) for x in found])
print(repr(np.where([1, 0, 1])), repr(np.argmax([1, 3])), np.argmax(many) * 10**10, np.argmax([3, 1], out=np.array(5)))
rs = np.random.RandomState
print(rs(0).binomial(9, 0.5, 3), rs(0).multinomial(9, [0.5, 0.5]), len(set(np.random.default_rng(0).choice(10**10, 9, replace=False))))
print(rs(0).binomial(3 * 10**9, 0.5, 2), rs(0).poisson(1e10), rs(0).geometric([1e-10, 0.5]), rs(0).negative_binomial(5, 1e-10, 2))
print(rs(0).zipf(1.05, 4), rs(0).tomaxint(2), rs(0).multinomial(3 * 10**9, [0.5, 0.5]), rs(0).randint(0, 10**12, 2))
