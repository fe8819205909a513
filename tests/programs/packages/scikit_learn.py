# packages: scikit-learn
# works: yes
"""Models of every family are fitted and judged: linear, trees, boosting, vectors, neighbours, clusters, networks, text."""

import warnings

import numpy as np
from sklearn.cluster import DBSCAN, HDBSCAN, KMeans
from sklearn.datasets import load_iris, make_blobs, make_moons
from sklearn.decomposition import NMF, PCA, LatentDirichletAllocation
from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingClassifier, IsolationForest, RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.linear_model import Lasso, LinearRegression, LogisticRegression, SGDClassifier
from sklearn.manifold import TSNE
from sklearn.metrics import accuracy_score, confusion_matrix
from sklearn.mixture import GaussianMixture
from sklearn.model_selection import GridSearchCV, cross_val_score, train_test_split
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC
from sklearn.tree import DecisionTreeClassifier, export_text

warnings.simplefilter("ignore")
x, y = load_iris(return_X_y=True)
train_x, test_x, train_y, test_y = train_test_split(x, y, random_state=0, stratify=y)
models = [
    LogisticRegression(max_iter=500),
    SGDClassifier(random_state=0),
    DecisionTreeClassifier(random_state=0),
    RandomForestClassifier(20, random_state=0, n_jobs=2),
    GradientBoostingClassifier(n_estimators=10, random_state=0),
    HistGradientBoostingClassifier(max_iter=10, random_state=0),
    SVC(),
    LinearSVC(random_state=0),
    KNeighborsClassifier(),
    GaussianNB(),
    MLPClassifier((10,), solver="lbfgs", max_iter=200, random_state=0),
]
for model in models:
    score = accuracy_score(test_y, make_pipeline(StandardScaler(), model).fit(train_x, train_y).predict(test_x))
    print(f"{type(model).__name__:32} {'good' if score > 0.85 else score}")
line = LinearRegression().fit([[0], [1], [2]], [1, 3, 5])
print(line.coef_.round(9), round(line.intercept_, 9), Lasso(alpha=0.1).fit(x[:, :3], x[:, 3]).coef_.round(4))
print(confusion_matrix([0, 1, 1], [0, 1, 0]).tolist(), export_text(DecisionTreeClassifier(max_depth=1, random_state=0).fit(x, y)).splitlines()[0])
blobs, groups = make_blobs(150, centers=3, random_state=7, cluster_std=0.5)
print(np.bincount(KMeans(3, n_init=2, random_state=0).fit_predict(blobs)), len(set(HDBSCAN(copy=True).fit_predict(blobs))))
print(len(set(DBSCAN(0.2).fit_predict(make_moons(200, noise=0.03, random_state=0)[0]))), IsolationForest(random_state=0).fit_predict(blobs).shape)
print(PCA(2).fit(x).explained_variance_ratio_.round(4), NMF(2, random_state=0).fit(x).components_.shape, GaussianMixture(3, random_state=0).fit(blobs).converged_)
print(GridSearchCV(SVC(), {"C": [0.01, 1]}, n_jobs=2).fit(x, y).best_params_, cross_val_score(GaussianNB(), x, y).mean().round(4))
texts = TfidfVectorizer(stop_words="english").fit(["the cat sat", "a dog ran", "the dog sat"])
print(texts.get_feature_names_out(), LatentDirichletAllocation(2, random_state=0).fit_transform(texts.transform(["cat dog"])).shape)
print(TSNE(perplexity=5, max_iter=250, random_state=0).fit_transform(x[:30]).shape, GaussianProcessRegressor().fit([[0.0], [1.0]], [0, 1]).predict([[1.0]]).round(6))

from sklearn.utils.random import sample_without_replacement

for method in ("tracking_selection", "reservoir_sampling", "pool"):
    drawn = sample_without_replacement(50, 4, method=method, random_state=3)
    print(method, drawn, drawn.dtype)
