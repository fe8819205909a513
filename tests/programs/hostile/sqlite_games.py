# expect: success error timeout crashed memory_exceeded
# timeout: 10
# memory: 256MiB
"""SQLite: endless queries, huge blobs, attached files, loaded extensions, changed internals."""

import sqlite3

db = sqlite3.connect(":memory:")
for sql in ("select zeroblob(2000000000)", "select load_extension('/lib/x.so')", "attach '/etc/passwd' as p", "attach '/lib/python314.zip' as z", "pragma writable_schema = 1",
            "select printf('%2000000000d', 1)", "select replace(hex(zeroblob(100000)), '0', hex(zeroblob(100000)))", "select " + "(" * 5000 + "1" + ")" * 5000,
            "update sqlite_master set sql = 'x'", "vacuum into '/x'", "select readfile('/etc/passwd')", "select * from z.t"):
    try:
        print(db.execute(sql).fetchone())
    except Exception as error:
        print(type(error).__name__)
db.execute("with recursive n(x) as (select 1 union all select x + 1 from n) select max(x) from n").fetchone()
