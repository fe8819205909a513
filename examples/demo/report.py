"""Sums up the sales in sales.csv: prints a table, writes summary.csv and report.txt.

Plain Python with the standard library; it runs the same in a sandbox and outside.
"""

import csv
import statistics
from collections import defaultdict
from datetime import date
from decimal import Decimal

revenue = defaultdict(Decimal)
months = defaultdict(Decimal)
orders = []
skipped = []

with open("sales.csv", newline="", encoding="utf-8") as file:
    for number, row in enumerate(csv.DictReader(file), start=2):
        if not row["units"]:
            skipped.append(number)
            continue
        amount = int(row["units"]) * Decimal(row["price"])
        revenue[row["region"], row["product"]] += amount
        months[date.fromisoformat(row["date"]).strftime("%B")] += amount
        orders.append(amount)

regions = sorted({region for region, _ in revenue})
products = sorted({product for _, product in revenue})

print(f"{'':8}" + "".join(f"{product:>12}" for product in products))
for region in regions:
    cells = (revenue.get((region, product), Decimal(0)) for product in products)
    print(f"{region:8}" + "".join(f"{cell:>12,.2f}" for cell in cells))

with open("summary.csv", "w", newline="", encoding="utf-8") as file:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["region", "product", "revenue"])
    for (region, product), amount in sorted(revenue.items()):
        writer.writerow([region, product, amount])

total = sum(orders)
best = max(months, key=months.get)
with open("report.txt", "w", encoding="utf-8") as file:
    file.write(f"Orders: {len(orders)}, skipped lines: {skipped}\n")
    file.write(f"Revenue: {total:,.2f}, median order: {statistics.median(orders):,.2f}\n")
    file.write(f"Best month: {best} with {months[best]:,.2f}\n")

{"revenue": total, "best month": best, "skipped": skipped}
