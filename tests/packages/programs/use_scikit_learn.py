# /// script
# dependencies = ["scikit-learn"]
# ///
"""Models are fitted and judged: linear, trees, clusters and text."""

from sklearn.cluster import KMeans
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

x, y = load_iris(return_X_y=True)
assert cross_val_score(make_pipeline(StandardScaler(), LogisticRegression()), x, y).mean() > 0.9
assert RandomForestClassifier(10, random_state=1).fit(x, y).score(x, y) > 0.95
assert abs(LinearRegression().fit([[1], [2], [3]], [3, 5, 7]).coef_[0] - 2) < 1e-9
assert len(set(KMeans(3, n_init=2, random_state=1).fit_predict(x))) == 3
assert TfidfVectorizer().fit_transform(["a bird sings", "a bird flies"]).shape == (2, 3)
