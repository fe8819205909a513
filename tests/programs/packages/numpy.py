# packages: numpy
# works: in part: `errstate` does not see underflow in arrays, nor overflow in `dot`, `matmul`, `einsum` and `ufunc.at`; the results are correct
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
