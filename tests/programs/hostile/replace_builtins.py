# expect: success error crashed
# timeout: 10
# session: reset
"""Replaces and removes the built-in names."""

import builtins
import sys

keep = setattr, delattr, list, vars
for name in keep[2](keep[3](builtins)):
    if not name.startswith("__"):
        keep[0](builtins, name, lambda *a, **k: 1 / 0)
