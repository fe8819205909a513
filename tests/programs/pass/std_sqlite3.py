# native: yes
"""sqlite3: in memory and in a file, parameters, transactions, rows, functions and errors."""

import sqlite3

connection = sqlite3.connect(":memory:")
connection.row_factory = sqlite3.Row
connection.execute("create table t (id integer primary key, name text unique, score real, raw blob)")
with connection:
    connection.executemany(
        "insert into t (name, score, raw) values (?, ?, ?)", [("a", 1.5, b"\0\1"), ("b", None, b""), ("é", 3, b"x")]
    )
for row in connection.execute("select * from t where score is not ? order by id desc", (None,)):
    print(dict(row))
try:
    with connection:
        connection.execute("insert into t (name) values ('c')")
        connection.execute("insert into t (name) values ('a')")
except sqlite3.IntegrityError as error:
    print(error, connection.execute("select count(*) from t").fetchone()[0])
connection.create_function("shout", 1, lambda s: s.upper() + "!")
connection.create_aggregate("product", 1, type("P", (), {
    "__init__": lambda s: setattr(s, "v", 1), "step": lambda s, x: setattr(s, "v", s.v * (x or 1)), "finalize": lambda s: s.v}))
print(connection.execute("select group_concat(shout(name), ','), product(score) from t").fetchone()[:])
print(connection.execute("with recursive n(x) as (select 1 union all select x + 1 from n where x < 10) select sum(x) from n").fetchone()[0])
print(connection.execute("select json_extract('{\"a\": [1, 2]}', '$.a[1]')").fetchone()[0])

disk = sqlite3.connect("data.db")
disk.execute("create table log (n int)")
disk.executemany("insert into log values (?)", ((n,) for n in range(2000)))
disk.execute("create index by_n on log (n)")
disk.commit()
disk.close()
again = sqlite3.connect("data.db")
print(again.execute("select count(*), max(n) from log where n > 10").fetchone(), again.execute("pragma integrity_check").fetchone())
again.execute("pragma journal_mode = delete")
again.execute("delete from log where n % 2")
again.rollback()
print(again.execute("select count(*) from log").fetchone(), list(again.iterdump())[0])
again.close()
try:
    connection.execute("select * from nothing")
except sqlite3.OperationalError as error:
    print(error)
