"""Long calls of pandas."""

# packages: pandas

import io

import numpy as np
import pandas as pd


def _table(rows):
    return pd.DataFrame({"a": np.arange(rows) * 7919 % 100_003, "b": np.arange(rows) * 1.5})


def group():
    table = _table(1_000_000)
    yield
    while True:
        table.groupby("a").sum()


def group_apply():
    table = _table(300_000)
    yield
    table.groupby("a").apply(lambda part: part.sum())


def merge():
    table = _table(500_000)
    yield
    while True:
        table.merge(table.head(200_000), on="b")


def merge_many():
    table = pd.DataFrame({"a": np.zeros(3_000)})
    yield
    while True:
        table.merge(table, on="a")


def sort_rows():
    table = _table(1_000_000)
    yield
    while True:
        table.sort_values(["a", "b"])


def rolling():
    table = _table(500_000)
    yield
    while True:
        table["b"].rolling(100).median()


def rolling_apply():
    table = _table(100_000)
    yield
    table["b"].rolling(100).apply(lambda part: part.sum())


def read_csv():
    text = "a,b,c\n" + "1,2.5,x\n" * 300_000
    yield
    while True:
        pd.read_csv(io.StringIO(text))


def write_csv():
    table = _table(500_000)
    yield
    table.to_csv()


def read_json():
    text = "[" + '{"a":1,"b":2.5},' * 200_000 + '{"a":1}]'
    yield
    while True:
        pd.read_json(io.StringIO(text))


def text_methods():
    names = pd.Series(["abc def"] * 300_000)
    yield
    while True:
        names.str.split().str[0].str.upper()


def dates():
    names = pd.Series(["2026-01-02 03:04:05"] * 300_000)
    yield
    while True:
        pd.to_datetime(names, cache=False)


def resample():
    rows = pd.Series(range(500_000), index=pd.date_range("2020", periods=500_000, freq="s"))
    yield
    while True:
        rows.resample("7s").mean()


def pivot():
    table = _table(300_000)
    table["c"] = table["a"] % 100
    yield
    while True:
        table.pivot_table(index="a", columns="c", values="b")


def duplicates():
    table = _table(1_000_000)
    yield
    while True:
        table.drop_duplicates()


def correlate():
    table = pd.DataFrame(np.random.default_rng(1).random((2000, 400)))
    yield
    while True:
        table.corr(method="spearman")


def to_html():
    table = _table(50_000)
    yield
    table.to_html()


def evaluate():
    table = _table(1_000_000)
    yield
    while True:
        table.eval("a * b + a")
