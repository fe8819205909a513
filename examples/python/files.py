"""Pass files to a run, and take the files that it wrote."""

import json
from pathlib import Path

import terrarium

Path("sales.csv").write_text("item,amount\napple,30\npear,12\n")
code = """
import csv, json

with open('in/sales.csv', newline='') as file:
    total = sum(int(row['amount']) for row in csv.DictReader(file))
with open('report.json', 'w') as file:
    json.dump({'currency': open('in/currency.txt').read(), 'total': total}, file)
"""
# A file is text, bytes, a path of the host or an open file.
result = terrarium.Sandbox().execute(code, files={"in/sales.csv": Path("sales.csv"), "in/currency.txt": "EUR"})

for name, content in result.output_files.items():
    Path(name).write_bytes(content)
assert json.loads(Path("report.json").read_text()) == {"currency": "EUR", "total": 42}
