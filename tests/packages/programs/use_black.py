# /// script
# dependencies = ["black"]
# ///
"""Source code is formatted."""

import black

assert black.format_str("x = {  'a':1 }\n", mode=black.Mode()) == 'x = {"a": 1}\n'
try:
    black.format_str("x = (\n", mode=black.Mode())
    raise AssertionError("not Python")
except black.InvalidInput:
    pass
