# /// script
# dependencies = ["altair", "pandas"]
# ///
"""A chart is described and checked."""

import altair as alt
import pandas as pd

data = pd.DataFrame({"x": [1, 2], "y": [3, 4]})
chart = alt.Chart(data).mark_bar().encode(x="x:O", y="y").properties(title="Title")
described = chart.to_dict()
assert described["encoding"]["x"]["type"] == "ordinal" and described["title"] == "Title"
assert "vega" in (chart | chart).to_html()
