# /// script
# dependencies = ["bokeh"]
# ///
"""A figure is described and written as HTML."""

from bokeh.embed import file_html
from bokeh.plotting import figure
from bokeh.resources import CDN

plot = figure(title="Title", width=200)
plot.line([1, 2], [3, 4], legend_label="line")
assert "Title" in file_html(plot, CDN) and len(plot.renderers) == 1
