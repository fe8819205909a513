# packages: scipy
# works: yes
"""Linear algebra, statistics, optimisation, integration, interpolation, signals, images, sparse matrices, space, special functions."""

import numpy as np
from scipy import cluster, constants, fft, integrate, interpolate, io, linalg, ndimage, optimize, signal, sparse, spatial, special, stats
from scipy.sparse import csgraph, linalg as sparse_linalg

m = np.array([[4.0, 1, 2], [1, 3, 0], [2, 0, 5]])
print(linalg.solve(m, [7, 4, 7]), linalg.eigvalsh(m).round(6), linalg.expm(np.zeros((2, 2))).tolist(), linalg.cholesky(m)[0].round(6))
p, l, u = linalg.lu(m)
print(np.allclose(p @ l @ u, m), linalg.svdvals(m).round(6), np.allclose(linalg.sqrtm(m) @ linalg.sqrtm(m), m), linalg.blas.ddot([1, 2], [3, 4]))
print(stats.norm.cdf(1.96).round(6), stats.ttest_ind([1, 2, 3, 4], [2, 3, 4, 6]).pvalue.round(6), stats.linregress([0, 1, 2], [1, 3, 5]).slope)
print(stats.spearmanr([1, 2, 3, 4], [1, 3, 2, 4]).statistic.round(6), stats.kstest([0.1, 0.5, 0.9], "uniform").pvalue.round(6), stats.gamma(2).rvs(2, random_state=1).round(6))
print(optimize.minimize(lambda x: (x[0] - 1) ** 2 + (x[1] + 2) ** 2, [0, 0]).x.round(4), optimize.brentq(np.cos, 1, 2), optimize.linprog([-1, -2], [[1, 1]], [4]).fun)
print(optimize.curve_fit(lambda x, a, b: a * x + b, [0, 1, 2], [1, 3, 5])[0].round(6), optimize.linear_sum_assignment([[4, 1], [2, 3]])[1], optimize.milp([-1], bounds=(0, 2.5), integrality=[1]).x)
for method in ("Nelder-Mead", "L-BFGS-B", "SLSQP", "COBYLA", "trust-constr"):
    print(method, optimize.minimize(optimize.rosen, [0.8, 0.9], method=method, options={"maxiter": 3000}).x.round(1))
print(integrate.quad(lambda x: np.exp(-(x**2)), -np.inf, np.inf)[0] ** 2, integrate.solve_ivp(lambda t, y: -y, (0, 1), [1.0], rtol=1e-8).y[0, -1].round(6))
print(integrate.odeint(lambda y, t: y, 1.0, [0, 1])[1].round(5), round(integrate.dblquad(lambda y, x: x * y, 0, 1, 0, 2)[0], 9), integrate.simpson([0, 1, 4], x=[0, 1, 2]))
print(interpolate.CubicSpline([0, 1, 2], [0, 1, 4])(1.5), interpolate.griddata([[0, 0], [0, 1], [1, 0]], [0, 1, 2], [[0.25, 0.25]]), interpolate.make_interp_spline([0, 1, 2, 3], [0, 1, 8, 27])(1.5).round(6))
print(signal.butter(2, 0.5)[0].round(6), signal.find_peaks([0, 2, 0, 3, 0])[0], signal.welch(np.sin(np.arange(256)))[1].argmax(), signal.savgol_filter([1, 2, 3, 4, 5], 3, 1))
print(fft.dct([1.0, 2, 3]).round(6), ndimage.gaussian_filter(np.eye(3), 1)[1, 1].round(6), ndimage.label([[1, 0, 1]])[1], ndimage.rotate(np.eye(3), 90).round(6).tolist()[0])
s = sparse.csr_array(m)
print(sparse_linalg.spsolve(s.tocsc(), [7.0, 4, 7]), sparse_linalg.eigsh(s, 1)[0].round(6), sparse_linalg.cg(s, np.array([7.0, 4, 7]))[1], sparse_linalg.svds(s, 1)[1].round(6))
print(csgraph.dijkstra(sparse.csr_array([[0, 1, 5], [0, 0, 1], [0, 0, 0]]))[0], csgraph.connected_components(s)[0], csgraph.minimum_spanning_tree(s).sum())
print(spatial.KDTree([[0, 0], [3, 4]]).query([3, 3]), round(spatial.ConvexHull([[0, 0], [1, 0], [0, 1], [0.2, 0.2]]).area, 6), len(spatial.Delaunay([[0, 0], [1, 0], [0, 1], [1, 1]]).simplices), spatial.distance.pdist([[0, 0], [3, 4]]))
print(spatial.transform.Rotation.from_euler("z", 90, degrees=True).apply([1, 0, 0]).round(6) + 0, special.gamma(5), special.jv(0, 1).round(9), special.erfinv(0.5).round(9), special.comb(50, 25, exact=True), special.hyp2f1(1, 1, 2, 0.5).round(9))
print(cluster.hierarchy.fcluster(cluster.hierarchy.linkage([[0], [1], [10]]), 2, "distance"), cluster.vq.kmeans(np.array([[0.0], [1], [10], [11]]), 2, rng=0)[1], constants.c)
io.savemat("a.mat", {"m": m})
print(io.loadmat("a.mat")["m"].shape)

from scipy.signal import peak_prominences, peak_widths

print(peak_prominences([0.0, 3, 1, 2, 0], [1, 3])[0], peak_widths([0.0, 3, 1, 2, 0], np.array([1, 3]))[0])
print(peak_widths([0.0, 3, 1, 2, 0], [1], prominence_data=(np.array([3.0]), np.array([0]), np.array([4])))[0])
print(signal.medfilt2d(np.arange(25.0).reshape(5, 5), 3)[2], signal.medfilt2d(np.eye(3), [3, 1]).sum())

# What scipy does with threads, and integers of C's `long`.
from scipy.stats import qmc

io.mmwrite("a.mtx", sparse.coo_array(m))
print(io.mmread("a.mtx", spmatrix=False).toarray()[2], io.mminfo("a.mtx"))
points = qmc.Halton(2, rng=0).random(50, workers=4)
print(np.array_equal(points, qmc.Halton(2, rng=0).random(50)), np.isclose(qmc.discrepancy(points, workers=-1), qmc.discrepancy(points)))
print(special.eval_hermite(3, 0.5).round(6), special.eval_hermitenorm(np.arange(4), 0.5), special.eval_hermite.outer([1, 2], [0.5]).tolist(), isinstance(special.eval_hermite, np.ufunc))
