# /// script
# dependencies = ["scipy"]
# ///
"""Optimisation, integration, statistics, signals and sparse matrices."""

import numpy as np
from scipy import integrate, linalg, optimize, signal, sparse, stats

assert np.isclose(integrate.quad(np.sin, 0, np.pi)[0], 2)
assert np.allclose(optimize.minimize(lambda x: (x[0] - 3) ** 2 + x[1] ** 2, [0, 1]).x, [3, 0], atol=1e-4)
assert np.isclose(stats.norm.cdf(1.96), 0.975, atol=1e-3) and stats.ttest_ind([1, 2, 3], [11, 12, 13]).pvalue < 0.01
assert np.allclose(linalg.expm(np.zeros((2, 2))), np.eye(2))
assert np.isclose(signal.butter(2, 0.5)[0].sum(), 1.1716, atol=1e-3)
matrix = sparse.csr_array([[0, 2.0], [1.0, 0]])
assert matrix.nnz == 2 and (matrix @ np.array([1, 1])).tolist() == [2, 1]
