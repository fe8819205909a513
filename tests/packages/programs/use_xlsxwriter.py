# /// script
# dependencies = ["xlsxwriter"]
# ///
"""A workbook with formats and a chart is written."""

import zipfile

import xlsxwriter

with xlsxwriter.Workbook("a.xlsx") as book:
    sheet = book.add_worksheet("Data")
    sheet.write_row(0, 0, ["name", "n"], book.add_format({"bold": True}))
    sheet.write_column(1, 1, [1, 2, 3])
    sheet.write_formula("B5", "=SUM(B2:B4)", None, 6)
    chart = book.add_chart({"type": "line"})
    chart.add_series({"values": "=Data!$B$2:$B$4"})
    sheet.insert_chart("D2", chart)
with zipfile.ZipFile("a.xlsx") as archive:
    assert b"SUM(B2:B4)" in archive.read("xl/worksheets/sheet1.xml") and "xl/charts/chart1.xml" in archive.namelist()
