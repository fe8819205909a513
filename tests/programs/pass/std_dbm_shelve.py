# native: 3.13
"""dbm and shelve: shelves and databases keep their content, and the kind of a file is recognised."""

import dbm
import dbm.dumb
import os
import shelve

with shelve.open("notes") as shelf:
    shelf["list"], shelf["dict"] = [1, 2], {"a": 1}
with shelve.open("notes", writeback=True) as shelf:
    shelf["list"].append(3)
with shelve.open("notes", flag="r") as shelf:
    print(shelf["list"], shelf["dict"], sorted(shelf))
with shelve.open("notes", flag="n") as shelf:
    print(len(shelf))

with dbm.dumb.open("plain", "c") as database:
    database["key"] = b"value"
    database[b"\xff"] = "ü"
with dbm.dumb.open("plain") as database:
    print(database["key"], database[b"\xff"], sorted(database.keys()))
print(dbm.whichdb("plain"), dbm.whichdb("missing"))
try:
    dbm.open("missing", "r")
except dbm.error as error:
    print(type(error).__name__, os.path.exists("missing"))

import dbm.sqlite3

with dbm.sqlite3.open("rows.db", "c") as database:
    database["one"], database["two"] = "1", b"2"
    del database["one"]
    print(dict(database), database.get("three", b"none"))
print(dbm.whichdb("rows.db"), dbm.open("rows.db")["two"])
