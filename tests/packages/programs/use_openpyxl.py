# /// script
# dependencies = ["openpyxl"]
# ///
"""A workbook with formulas, styles and a chart is written and read again."""

import openpyxl
from openpyxl.chart import BarChart, Reference
from openpyxl.styles import Font

book = openpyxl.Workbook()
sheet = book.active
for row in [["name", "n"], ["a", 1], ["b", 2]]:
    sheet.append(row)
sheet["B4"] = "=SUM(B2:B3)"
sheet["A1"].font = Font(bold=True)
chart = BarChart()
chart.add_data(Reference(sheet, min_col=2, min_row=1, max_row=3), titles_from_data=True)
sheet.add_chart(chart, "D2")
book.save("a.xlsx")
again = openpyxl.load_workbook("a.xlsx").active
assert again["B4"].value == "=SUM(B2:B3)" and again["A1"].font.bold and again.max_row == 4
assert [row for row in again.iter_rows(min_row=2, max_row=3, values_only=True)] == [("a", 1), ("b", 2)]
