# packages: xlsxwriter openpyxl
# works: yes
"""A workbook with formulas, formats and a chart is written; another library reads it."""

import datetime

import xlsxwriter
from openpyxl import load_workbook

with xlsxwriter.Workbook("book.xlsx") as book:
    sheet = book.add_worksheet("Data")
    bold = book.add_format({"bold": True, "num_format": "0.00"})
    sheet.write_row("A1", ["name", "value", "day"])
    for number, (name, value) in enumerate([("ä", 1.5), ("b", 2.25)], start=1):
        sheet.write(number, 0, name)
        sheet.write(number, 1, value, bold)
        sheet.write_datetime(number, 2, datetime.datetime(2026, 2, number), book.add_format({"num_format": "yyyy-mm-dd"}))
    sheet.write_formula("B4", "=SUM(B2:B3)", None, 3.75)
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "=Data!$B$2:$B$3"})
    sheet.insert_chart("E2", chart)

sheet = load_workbook("book.xlsx")["Data"]
print([[cell.value for cell in row] for row in sheet.rows], sheet["B2"].font.bold, len(sheet._charts))
print(load_workbook("book.xlsx", data_only=True)["Data"]["B4"].value)
