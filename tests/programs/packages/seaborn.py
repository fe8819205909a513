# packages: seaborn scipy
# works: yes
"""Statistical plots of every kind."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
import seaborn.objects as so
from PIL import Image

random = np.random.default_rng(0)
data = pd.DataFrame({"x": random.normal(size=60), "group": ["a", "b", "c"] * 20})
data["y"] = data.x * 2 + random.normal(size=60)
sns.set_theme()
figure, axes = plt.subplots(2, 3, figsize=(9, 6))
sns.scatterplot(data, x="x", y="y", hue="group", ax=axes[0, 0])
sns.boxplot(data, x="group", y="y", ax=axes[0, 1])
sns.histplot(data, x="x", kde=True, ax=axes[0, 2])
sns.heatmap(data[["x", "y"]].corr(), annot=True, ax=axes[1, 0])
sns.regplot(data, x="x", y="y", ax=axes[1, 1])
sns.violinplot(data, x="group", y="x", ax=axes[1, 2])
figure.savefig("plots.png")
image = Image.open("plots.png").convert("RGB")
print(image.size, len(set(image.resize((90, 60)).get_flattened_data())) > 100, [len(part.collections) > 0 for part in axes.flat])
plt.close("all")
grid = sns.pairplot(data, hue="group", height=1.5)
print(grid.axes.shape)
plt.close("all")
print(sns.clustermap(data[["x", "y"]], figsize=(2, 2)).data2d.shape, sns.color_palette("husl", 3).as_hex())
plt.close("all")
so.Plot(data, x="x", y="y", color="group").add(so.Dot()).add(so.Line(), so.PolyFit()).save("objects.png")
print(Image.open("objects.png").format)
