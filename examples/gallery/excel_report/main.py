"""Excel in and out: reads the sheets of a budget, writes a report with formulas, formats and a chart."""

import pandas as pd
from openpyxl import load_workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.styles import Font, PatternFill

budget = pd.read_excel("budget.xlsx", sheet_name="budget")
actual = pd.read_excel("budget.xlsx", sheet_name="actual")
table = budget.merge(actual.groupby("team", as_index=False)["amount"].sum(), on="team", how="left")
table = table.rename(columns={"amount": "spent"}).fillna({"spent": 0})

with pd.ExcelWriter("report.xlsx", engine="openpyxl") as writer:
    table.to_excel(writer, sheet_name="report", index=False)
    sheet = writer.book["report"]
    sheet["D1"] = "left"
    for row in range(2, sheet.max_row + 1):
        sheet[f"D{row}"] = f"=B{row}-C{row}"
        sheet[f"D{row}"].number_format = "#,##0.00"
        if sheet[f"C{row}"].value > sheet[f"B{row}"].value:
            sheet[f"A{row}"].fill = PatternFill("solid", start_color="FFC7CE")
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=2, max_col=3, min_row=1, max_row=sheet.max_row), titles_from_data=True)
    chart.set_categories(Reference(sheet, min_col=1, min_row=2, max_row=sheet.max_row))
    sheet.add_chart(chart, "F2")

sheet = load_workbook("report.xlsx")["report"]
for row in sheet.iter_rows():
    marked = " over the budget" if row[0].fill.fill_type == "solid" else ""
    print(*(cell.value for cell in row), marked)
