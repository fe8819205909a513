"""A typical first use of pandas."""

import io

import pandas as pd

frame = pd.read_csv(io.StringIO("a,b,c\nx,1,1.5\ny,2,2.5\nx,3,\n"))
sums = frame.groupby("a").sum(numeric_only=True)
str(sums)
repr(frame)
frame.to_csv(index=False)
frame._repr_html_()
frame.describe().to_string()
frame.merge(sums.reset_index(), on="a").sort_values("b_x").head()
frame["c"].fillna(0).mean()
