"""A database of a small library: tables with keys, a transaction that is rolled back, and queries in SQL."""

import csv
import sqlite3

import pandas as pd

base = sqlite3.connect("library.db")
base.executescript("""
    PRAGMA foreign_keys = ON;
    CREATE TABLE books (id INTEGER PRIMARY KEY, title TEXT NOT NULL, author TEXT NOT NULL, year INTEGER);
    CREATE TABLE loans (book INTEGER NOT NULL REFERENCES books, day TEXT NOT NULL, days INTEGER CHECK (days > 0));
""")
for table in ("books", "loans"):
    with open(f"{table}.csv", newline="", encoding="utf-8") as file, base:
        header, *rows = csv.reader(file)
        base.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(header))})", rows)
try:
    with base:
        base.execute("INSERT INTO loans VALUES (1, '2026-03-01', 5)")
        base.execute("INSERT INTO loans VALUES (99, '2026-03-01', 5)")
except sqlite3.IntegrityError as error:
    print(f"taken back: {error}")

question = """
    SELECT author, count(*) AS loans, sum(days) AS days,
           rank() OVER (ORDER BY sum(days) DESC) AS place
    FROM loans JOIN books ON books.id = loans.book
    GROUP BY author ORDER BY place
"""
print(pd.read_sql_query(question, base).to_string(index=False))
idle = base.execute("SELECT title FROM books WHERE id NOT IN (SELECT book FROM loans) ORDER BY title")
print("never lent:", ", ".join(title for (title,) in idle))
base.close()
