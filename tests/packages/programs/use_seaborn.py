# /// script
# dependencies = ["seaborn"]
# ///
"""Statistical plots of a table."""

import matplotlib

matplotlib.use("agg")
import pandas as pd
import seaborn as sns

data = pd.DataFrame({"x": [1, 2, 3, 4], "y": [2, 4, 5, 8], "k": list("abab")})
axes = sns.regplot(data=data, x="x", y="y")
assert axes.get_xlabel() == "x"
grid = sns.relplot(data=data, x="x", y="y", hue="k", col="k")
grid.savefig("a.png")
assert grid.axes.shape == (1, 2) and open("a.png", "rb").read().startswith(b"\x89PNG")
sns.heatmap(data[["x", "y"]].corr(), annot=True)
