"""A statistical plot: the lengths of leaves in different places, and their relation to the rain."""

import matplotlib.pyplot as plt
import pandas as pd
import seaborn as sns

leaves = pd.read_csv("leaves.csv")
print(leaves.groupby("place")["length"].describe()[["count", "mean", "std"]].round(2))
print("correlation with rain:", leaves["length"].corr(leaves["rain"]).round(3))

sns.set_theme(style="whitegrid")
grid = sns.lmplot(leaves, x="rain", y="length", hue="place", height=4, aspect=1.4)
grid.set_axis_labels("rain in mm", "length in cm")
grid.savefig("leaves.png", dpi=100)
plt.close(grid.figure)
violins = sns.catplot(leaves, x="place", y="length", hue="place", kind="violin", height=3)
violins.figure.suptitle("length in cm")
plt.show()
