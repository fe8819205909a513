# /// script
# dependencies = ["matplotlib"]
# ///
"""Figures are drawn and written as PNG, SVG and PDF."""

import matplotlib

matplotlib.use("agg")
import matplotlib.pyplot as plt

figure, (left, right) = plt.subplots(1, 2, figsize=(4, 2))
left.plot([1, 3, 2], label="line")
left.legend()
left.set_title("$x^2$")
right.hist([1, 1, 2, 5], bins=3)
for kind, head in [("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")]:
    figure.savefig(f"a.{kind}")
    assert open(f"a.{kind}", "rb").read().startswith(head)
assert len(right.patches) == 3 and left.get_xlim()[1] > 2
