# native: yes
"""csv: readers, writers, dialects, quoting and dict rows."""

import csv
import io

rows = [["name", "note"], ["a,b", 'say "hi"'], ["multi\nline", ""], [1, 2.5]]
buffer = io.StringIO(newline="")
csv.writer(buffer).writerows(rows)
print(repr(buffer.getvalue()))
buffer.seek(0)
print(list(csv.reader(buffer)))
buffer = io.StringIO(newline="")
writer = csv.DictWriter(buffer, ["id", "value"], delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\n")
writer.writeheader()
writer.writerow({"id": 1, "value": "x"})
print(buffer.getvalue())
buffer.seek(0)
print(list(csv.DictReader(buffer, delimiter=";")))
print(csv.Sniffer().sniff("a\tb\n1\t2\n").delimiter, csv.list_dialects())
with open("data.csv", "w", newline="") as file:
    csv.writer(file).writerow(["é", "世"])
with open("data.csv", newline="") as file:
    print(next(csv.reader(file)))
try:
    csv.reader("a", delimiter="xx")
except TypeError as error:
    print(type(error).__name__)
