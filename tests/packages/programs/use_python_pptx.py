# /// script
# dependencies = ["python-pptx"]
# ///
"""Slides with text, a table and a chart are written and read again."""

from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

show = Presentation()
slide = show.slides.add_slide(show.slide_layouts[5])
slide.shapes.title.text = "Title"
table = slide.shapes.add_table(2, 2, Inches(1), Inches(2), Inches(4), Inches(1)).table
table.cell(1, 1).text = "cell"
data = CategoryChartData()
data.categories = ["a", "b"]
data.add_series("s", (1, 2))
slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, Inches(1), Inches(4), Inches(4), Inches(2), data)
show.save("a.pptx")
shapes = Presentation("a.pptx").slides[0].shapes
assert shapes.title.text == "Title" and any(s.has_table and s.table.cell(1, 1).text == "cell" for s in shapes)
assert any(s.has_chart and list(s.chart.plots[0].series[0].values) == [1, 2] for s in shapes)
