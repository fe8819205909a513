# packages: openpyxl
# works: yes
"""A workbook with formulas, styles and a chart is written and read again."""

import datetime

from openpyxl import Workbook, load_workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.styles import Font

book = Workbook()
sheet = book.active
sheet.title = "Sales"
for row in (["region", "units", "day"], ["north", 12, datetime.date(2026, 2, 1)], ["süd", 30, datetime.date(2026, 2, 2)]):
    sheet.append(row)
sheet["B4"] = "=SUM(B2:B3)"
sheet["A1"].font = Font(bold=True)
chart = BarChart()
chart.add_data(Reference(sheet, min_col=2, min_row=1, max_row=3), titles_from_data=True)
sheet.add_chart(chart, "E2")
book.create_sheet("Empty")
book.save("sales.xlsx")

again = load_workbook("sales.xlsx")
print(again.sheetnames, again["Sales"].dimensions, len(again["Sales"]._charts))
for row in again["Sales"].iter_rows(values_only=True):
    print(row)
print(again["Sales"]["A1"].font.bold, sum(1 for _ in load_workbook("sales.xlsx", read_only=True)["Sales"].rows))
