"""From a CSV file to a chart: the revenue of each month and region, as a table and as stacked bars."""

import matplotlib.pyplot as plt
import pandas as pd

orders = pd.read_csv("orders.csv", parse_dates=["date"])
gaps = orders["units"].isna().sum()
orders["revenue"] = orders["units"] * orders["price"]

months = orders.pivot_table(
    index=orders["date"].dt.to_period("M"), columns="region", values="revenue", aggfunc="sum"
).round(2)
months["total"] = months.sum(axis=1)
print(months)
print(f"{len(orders)} orders, {gaps} without a number of units")
months.to_csv("months.csv", lineterminator="\n")

axes = months[["north", "south"]].plot.bar(stacked=True, rot=0)
axes.set(title="Revenue by month", xlabel="", ylabel="revenue")
axes.margins(y=0.25)
axes.legend(title="region", ncols=2)
plt.savefig("chart.png")
plt.close()
