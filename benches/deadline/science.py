"""Long calls of scipy and scikit-learn."""

# packages: scipy, scikit-learn
# timeout: 1.5

import numpy as np
from scipy import integrate, linalg, ndimage, optimize, signal, sparse, spatial, special, stats
from sklearn.cluster import KMeans
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

_POINTS = np.random.default_rng(1).random((20_000, 10))
_LABELS = (_POINTS.sum(axis=1) + np.random.default_rng(2).random(20_000) > 5.5).astype(int)


def minimise():
    yield
    while True:
        optimize.minimize(optimize.rosen, np.zeros(60), method="BFGS")


def assign():
    costs = np.random.default_rng(1).random((1500, 1500))
    yield
    while True:
        optimize.linear_sum_assignment(costs)


def linear_program():
    source = np.random.default_rng(1)
    yield
    while True:
        optimize.linprog(source.random(300), A_ub=-source.random((300, 300)), b_ub=-np.ones(300))


def integral():
    yield
    while True:
        integrate.quad(lambda x: np.sin(1 / (x + 1e-9)), 0, 1, limit=100_000)


def differential():
    yield
    integrate.solve_ivp(lambda t, y: [y[1], 1000 * (1 - y[0] ** 2) * y[1] - y[0]], (0, 3000), [2, 0])


def sparse_solve():
    size = 300
    laplace = sparse.diags_array([-1, -1, 4, -1, -1], offsets=[-size, -1, 0, 1, size], shape=(size**2,) * 2)
    yield
    while True:
        sparse.linalg.spsolve(laplace.tocsc(), np.ones(size**2))


def sparse_multiply():
    one = sparse.random_array((10_000, 10_000), density=0.005)
    yield
    one.tocsr() @ one.tocsr()


def exponential():
    one = np.random.default_rng(1).random((500, 500))
    yield
    while True:
        linalg.expm(one)


def schur():
    one = np.random.default_rng(1).random((600, 600))
    yield
    while True:
        linalg.schur(one)


def cholesky():
    one = np.eye(2500) * 2 + 0.0001
    yield
    while True:
        linalg.cholesky(one)


def filter_image():
    one = np.ones((1000, 1000))
    yield
    ndimage.median_filter(one, size=31)


def filter_signal():
    one = np.ones(10_000_000)
    yield
    while True:
        signal.lfilter([1, 2, 3], [1, 0.5, 0.2], one)


def hull():
    yield
    spatial.ConvexHull(np.random.default_rng(1).standard_normal((5000, 7)))


def distances():
    yield
    spatial.distance.cdist(_POINTS[:6000], _POINTS[:6000], "jensenshannon")


def bessel():
    one = np.linspace(0, 1000, 2_000_000)
    yield
    while True:
        special.jv(2.5, one)


def permutation_test():
    yield
    stats.permutation_test((_POINTS[:200, 0], _POINTS[:200, 1]), lambda x, y: x.mean() - y.mean(), n_resamples=10**6)


def fit_clusters():
    yield
    KMeans(100, n_init=100).fit(_POINTS)


def fit_forest():
    yield
    RandomForestClassifier(1000).fit(_POINTS, _LABELS)


def fit_tree():
    yield
    while True:
        DecisionTreeClassifier().fit(_POINTS, _LABELS)


def fit_support_vectors():
    yield
    SVC(C=1000).fit(_POINTS, _LABELS)


def fit_regression():
    yield
    while True:
        LogisticRegression(max_iter=10_000, C=1e9, tol=1e-12).fit(_POINTS, _LABELS)


def find_neighbours():
    yield
    KNeighborsClassifier(algorithm="brute").fit(_POINTS, _LABELS).predict(_POINTS)
