# /// script
# dependencies = ["numpy"]
# ///
"""Arrays, linear algebra, transforms and random numbers."""

import numpy as np

a = np.arange(12.0).reshape(3, 4)
assert a.T.shape == (4, 3) and a[a > 5].sum() == 51 and (a @ a.T)[0, 0] == 14
m = np.array([[2.0, 1.0], [1.0, 3.0]])
assert np.allclose(np.linalg.inv(m) @ m, np.eye(2)) and np.isclose(np.linalg.det(m), 5)
assert np.allclose(np.fft.ifft(np.fft.fft(a[0])).real, a[0])
draws = np.random.default_rng(1).normal(size=10_000)
assert abs(draws.mean()) < 0.05 and abs(draws.std() - 1) < 0.05
assert np.array([2**40]).dtype == np.int64 and (np.array([60_000]) * 60_000)[0] == 3_600_000_000
np.save("a.npy", a)
assert (np.load("a.npy") == a).all()
