# /// script
# dependencies = ["plotly"]
# ///
"""Figures are described, changed and written as HTML and JSON."""

import json

import plotly.graph_objects as go

figure = go.Figure(go.Bar(x=["a", "b"], y=[1, 2]))
figure.update_layout(title="Title", template="plotly_dark")
page = figure.to_html(include_plotlyjs="cdn")
assert "Title" in page and json.loads(figure.to_json())["data"][0]["type"] == "bar"
assert "Plotly" in figure.to_html(include_plotlyjs=True)
try:
    go.Figure(go.Bar(none=1))
    raise AssertionError("no such property")
except ValueError:
    pass
