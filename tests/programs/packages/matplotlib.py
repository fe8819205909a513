# packages: matplotlib
# works: yes
"""Figures as PNG, SVG and PDF, with axes in three dimensions, mathematics, contours and an animation."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import FuncAnimation, PillowWriter
from PIL import Image

x = np.linspace(0, 2 * np.pi, 200)
figure, axes = plt.subplots(2, 2)
(line,) = axes[0, 0].plot(x, np.sin(x), color="red", label=r"$\sin(x)$")
axes[0, 0].legend()
axes[0, 0].set_title(r"$\int_0^\infty e^{-x^2}dx = \frac{\sqrt{\pi}}{2}$")
axes[0, 1].hist(np.sin(x), bins=10)
axes[1, 0].contourf(np.outer(np.sin(x), np.cos(x)))
axes[1, 1].tripcolor([0, 1, 0, 1], [0, 0, 1, 1], [1.0, 2.0, 3.0, 4.0])
figure.tight_layout()
for form in ("png", "svg", "pdf"):
    figure.savefig(f"figure.{form}")
image = Image.open("figure.png")
pixels = np.asarray(image.convert("RGB")).reshape(-1, 3)
print(image.size, image.mode, "red:", bool((pixels == (255, 0, 0)).all(axis=1).sum() > 50))
print("colours:", len(np.unique(pixels, axis=0)) > 100)
print(open("figure.svg").read(5), b"%PDF-" == open("figure.pdf", "rb").read(5))
plt.close("all")

figure = plt.figure()
axes = figure.add_subplot(projection="3d")
axes.plot_surface(*np.meshgrid(np.arange(5), np.arange(5)), np.add.outer(np.arange(5), np.arange(5)), cmap="viridis")
figure.savefig("surface.png")
print(len(set(Image.open("surface.png").convert("RGB").get_flattened_data())) > 50)
plt.close("all")

figure, axes = plt.subplots(figsize=(1, 1))
(line,) = axes.plot([0, 1], [0, 1])
FuncAnimation(figure, lambda frame: line.set_data([0, frame], [0, 1]), frames=3).save("a.gif", writer=PillowWriter())
print(Image.open("a.gif").n_frames)
plt.close("all")
