# /// script
# dependencies = ["tqdm"]
# ///
"""Bars of progress over iterators, with a text of their own."""

import io

from tqdm import tqdm, trange

out = io.StringIO()
assert sum(tqdm(range(10), file=out, desc="sum")) == 45
assert "sum: 100%" in out.getvalue() and "10/10" in out.getvalue()
with trange(3, file=out) as bar:
    for number in bar:
        bar.set_postfix(n=number)
assert "n=2" in out.getvalue()
