# /// script
# dependencies = ["pyarrow"]
# ///
"""Columns are built, computed and written as Parquet."""

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

table = pa.table({"n": [1, 2, None], "s": ["a", "b", "c"]})
assert pc.sum(table["n"]).as_py() == 3 and table.schema.field("s").type == pa.string()
pq.write_table(table, "t.parquet")
assert pq.read_table("t.parquet").equals(table)
