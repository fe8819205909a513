# /// script
# dependencies = ["tomli"]
# ///
"""TOML is read, with dates and errors at their place."""

import datetime

import tomli

data = tomli.loads('a = 1\nday = 2026-01-05\n[b]\nc = ["x", "y"]\n[[d]]\ne = 0x10\n')
assert data == {"a": 1, "day": datetime.date(2026, 1, 5), "b": {"c": ["x", "y"]}, "d": [{"e": 16}]}
try:
    tomli.loads("a = \n")
    raise AssertionError("not TOML")
except tomli.TOMLDecodeError as error:
    assert "line 1" in str(error)
