"""A typical first figure: a line, as a PNG file."""

import io

import matplotlib as mpl

mpl.use("Agg")
from matplotlib import pyplot as plt

figure, axes = plt.subplots()
axes.plot([1, 2, 3, 4], [3, 1, 4, 1])
axes.set_title("a line")
picture = io.BytesIO()
figure.savefig(picture, format="png")
plt.close(figure)
print(picture.getvalue()[1:4].decode(), len(picture.getvalue()) > 5_000)
