# /// script
# dependencies = ["duckdb"]
# ///
"""A query over a table in memory."""

import duckdb

connection = duckdb.connect()
connection.execute("create table t as select range as n from range(10)")
assert connection.execute("select sum(n), max(n) from t where n % 2 = 0").fetchall() == [(20, 8)]
