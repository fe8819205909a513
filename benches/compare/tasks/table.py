"""A typical first table: read, grouped, printed."""

import io

import pandas as pd

lines = "shop,day,amount\nnorth,1,10.5\nsouth,1,7\nnorth,2,4.5\n"
print(pd.read_csv(io.StringIO(lines)).groupby("shop")["amount"].sum().to_dict())
