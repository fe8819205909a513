"""A typical first use of matplotlib."""

import io

import matplotlib.pyplot as plt

figure, axes = plt.subplots()
axes.plot([1, 2, 3], [1, 4, 9], label="line")
axes.set_title("Title")
axes.set_xlabel("x")
axes.set_ylabel("y")
axes.legend()
figure.savefig(io.BytesIO(), format="png")
plt.close("all")
