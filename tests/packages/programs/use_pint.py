# /// script
# dependencies = ["pint"]
# ///
"""Quantities with units are computed and converted."""

import pint

units = pint.UnitRegistry()
speed = 90 * units.km / units.hour
assert abs(speed.to("m/s").magnitude - 25) < 1e-9 and (2 * units.m * (3 * units.m)).dimensionality == {"[length]": 2}
assert units.Quantity(20, "degC").to("degF").magnitude > 67.9 and f"{3 * units.meter:~P}" == "3 m"
try:
    2 * units.m + 1 * units.s
    raise AssertionError("they do not fit")
except pint.DimensionalityError:
    pass
