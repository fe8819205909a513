# packages: python-pptx
# works: yes
"""Slides with text, a table and a chart are written and read again."""

from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

slides = Presentation()
slide = slides.slides.add_slide(slides.slide_layouts[5])
slide.shapes.title.text = "Größe"
data = CategoryChartData()
data.categories = ["north", "south"]
data.add_series("units", (12, 30))
slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, Inches(1), Inches(2), Inches(4), Inches(3), data)
table = slide.shapes.add_table(1, 2, Inches(6), Inches(2), Inches(3), Inches(1)).table
table.cell(0, 1).text = "cell"
slides.save("slides.pptx")

for shape in Presentation("slides.pptx").slides[0].shapes:
    if shape.has_chart:
        print("chart", list(shape.chart.plots[0].categories), list(shape.chart.plots[0].series[0].values))
    elif shape.has_table:
        print("table", [cell.text for cell in shape.table.iter_cells()])
    else:
        print("text", shape.text_frame.text)
