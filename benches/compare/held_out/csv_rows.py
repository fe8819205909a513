"""CSV: a table is written, read again, and summed by group."""

import csv
import io


def run():
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["day", "shop", "note", "amount"])
    for i in range(12_000):
        writer.writerow([i % 28 + 1, "shop " + str(i % 9), 'said "yes", twice' if i % 4 else "", i * 1.25])
    sums = {}
    for row in csv.DictReader(io.StringIO(out.getvalue())):
        sums[row["shop"]] = sums.get(row["shop"], 0.0) + float(row["amount"])
    return sorted(sums.items())[:3]
