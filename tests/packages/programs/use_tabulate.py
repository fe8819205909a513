# /// script
# dependencies = ["tabulate"]
# ///
"""Tables as text in several forms."""

from tabulate import tabulate

rows = [["a", 1.5], ["b", 22]]
assert tabulate(rows, headers=["name", "n"], tablefmt="github").splitlines()[2] == "| a      |  1.5 |"
assert "<td>a" in tabulate(rows, tablefmt="html") and tabulate([{"x": 1}], headers="keys").startswith("  x")
