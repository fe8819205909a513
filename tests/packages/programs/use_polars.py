# /// script
# dependencies = ["polars"]
# ///
"""A table is filtered, grouped and written."""

import polars as pl

table = pl.DataFrame({"k": ["a", "b", "a"], "n": [1, 2, 3]})
assert table.group_by("k").agg(pl.col("n").sum()).sort("k").rows() == [("a", 4), ("b", 2)]
assert table.lazy().filter(pl.col("n") > 1).collect().height == 2
