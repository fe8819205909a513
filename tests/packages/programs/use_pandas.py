# /// script
# dependencies = ["pandas"]
# ///
"""A table is read, grouped, joined, reshaped and written."""

import io

import pandas as pd

sales = pd.read_csv(io.StringIO("day,region,units\n2026-01-05,north,10\n2026-01-20,south,4\n2026-02-03,north,6\n"), parse_dates=["day"])
assert sales.groupby("region").units.sum().to_dict() == {"north": 16, "south": 4}
assert sales.set_index("day").resample("MS").units.sum().tolist() == [14, 6]
heads = pd.DataFrame({"region": ["north", "south"], "head": ["Ada", "Bob"]})
assert sales.merge(heads).pivot_table(index="head", values="units", aggfunc="max").units.tolist() == [10, 4]
assert str(pd.Timestamp("2026-07-01 12:00", tz="Europe/Berlin").tz_convert("UTC")) == "2026-07-01 10:00:00+00:00"
sales.to_pickle("sales.pkl")
assert pd.read_pickle("sales.pkl").equals(sales) and pd.read_json(io.StringIO(sales.to_json())).units.sum() == 20
