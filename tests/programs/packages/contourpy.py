# packages: contourpy
# works: yes
"""Contour lines and filled contours of a surface."""

import numpy as np
from contourpy import contour_generator, max_threads

x = np.linspace(-2, 2, 201)
surface = x**2 + x[:, None] ** 2
for name in ("serial", "threaded"):
    generator = contour_generator(x, x, surface, name=name)
    line = np.concatenate(generator.lines(1.0))
    radius = np.hypot(line[:, 0], line[:, 1])
    print(name, len(line) > 100, bool(np.abs(radius - 1).max() < 1e-3))
points, offsets = contour_generator(x, x, surface).filled(0.25, 1.0)
print(len(points), [len(part) - 1 for part in offsets], max_threads())
