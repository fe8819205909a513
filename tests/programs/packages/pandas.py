# packages: pandas
# works: yes
"""Tables are read, joined, grouped, reshaped, resampled and written; times with zones, text, categories."""

import io

import numpy as np
import pandas as pd

sales = pd.read_csv(
    io.StringIO("day,region,units,price\n2026-01-05,north,10,2.5\n2026-01-20,south,4,3\n2026-02-03,north,,2.75\n2026-02-09,south,8,3\n"),
    parse_dates=["day"],
)
print(sales.dtypes)
sales["revenue"] = sales.units * sales.price
print(sales.groupby("region").agg(units=("units", "sum"), mean=("revenue", "mean")))
print(sales.set_index("day").resample("MS")["revenue"].sum())
names = pd.DataFrame({"region": ["north", "south", "west"], "head": ["Ada", "Bob", None]})
print(names.merge(sales, how="left").pivot_table(index="head", columns="region", values="units", aggfunc="max"))
print(sales.melt(id_vars="region", value_vars=["units", "price"]).value_counts("variable"))
print(sales.units.rolling(2, min_periods=1).mean().tolist(), sales.units.rank().tolist(), sales.units.interpolate().tolist())
print(sales.sort_values(["region", "units"], ascending=[True, False]).index.tolist(), sales.describe().loc["mean", "price"])
zones = pd.date_range("2026-03-28 12:00", periods=3, freq="D", tz="Europe/Berlin")
print([str(moment) for moment in zones.tz_convert("UTC")], pd.Timedelta("1 days 2h") / 2, pd.Period("2026Q1").end_time.date())
print(pd.Series(["a1", "b2", None]).str.extract(r"(\w)(\d)").to_dict("list"), pd.Categorical(["x", "y", "x"]).codes.tolist())
print(pd.cut([1, 5, 9], [0, 3, 6, 10], labels=["low", "mid", "high"]).tolist(), pd.crosstab([1, 1, 2], ["a", "b", "a"]).values.tolist())
again = pd.read_json(io.StringIO(sales.to_json(orient="records", date_format="iso")), convert_dates=["day"])
print(again.revenue.sum() == sales.revenue.sum(), sales.to_html().startswith('<table border="1" class="dataframe">'))
sales.to_pickle("sales.pkl")
print(pd.read_pickle("sales.pkl").equals(sales), sales.eval("units * 2 + price").tolist(), sales.query("price >= 3").index.tolist())
print(pd.DataFrame({"s": pd.arrays.SparseArray([0, 0, 1])}).sparse.density, pd.interval_range(0, 4, 2).contains(1).tolist())
print(pd.array([1, None], dtype="Int64").sum(), pd.to_datetime(["31.12.2026"], format="%d.%m.%Y")[0].isoformat())

# The default integer has 64 bits; arrays of indices have 32, and both are accepted.
print(pd.Series([5e9]).astype(int)[0], pd.read_csv(io.StringIO("a\n5000000000"), dtype={"a": int}).a[0], end=" ")
print((pd.Series([1_700_000_000]) * 1000)[0], pd.Series([60000, 70000]).prod(), pd.Series(["5000000000"]).astype(int)[0])
table = pd.DataFrame({"a": [1, 2, 2], "b": [4, 5, 6], "d": [7, 8, 9]})
table.insert(1, "c", table.a + table.b)
table["e"] = 1
table.insert(0, "z", 0)
print(table.merge(table[["a", "e"]], on="a", indicator=True), table[["e", "a"]].merge(table, how="cross").shape, sep="\n")
print(table.groupby("a").cumcount().tolist(), table.groupby("a").b.rank().tolist(), table.set_index(["a", "b"]).unstack().shape)

# Positions have 64 bits for a program.
many = pd.Series(range(100_000))
print(many.argmax() * 10**6, many.argsort().max() ** 2, many.searchsorted(99_999) ** 2, pd.factorize(many)[0].max() ** 2)
index = pd.Index(many)
print(index.get_indexer([99_999]) ** 2, index.argsort().dtype, index.sort_values(return_indexer=True)[1].dtype, end=" ")
print(pd.cut([1, 2, 3], 2, labels=False).dtype, pd.factorize(np.array([1, 2], "i4"))[1].dtype, index.factorize()[0].dtype)
print(pd.DataFrame({"k": list("aba")}).groupby("k").indices, pd.Index([2, 1]).join(pd.Index([1]), return_indexers=True))
