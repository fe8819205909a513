# packages: cycler
# works: yes
"""Cycles of properties are combined."""

from cycler import cycler

colors = cycler(color=["r", "g"])
styles = cycler(lw=[1, 2, 3])
print(list(colors * styles)[:4])
print(list(colors + styles[:2]), (colors * 2).by_key())
