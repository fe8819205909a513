# expect: success error crashed timeout
# timeout: 10
"""Rummages through all objects and breaks every function of the harness."""

import gc
import types

for o in gc.get_objects():
    if isinstance(o, types.FunctionType) and "terrarium" in (o.__code__.co_filename or ""):
        try:
            o.__code__ = (lambda *a, **k: None).__code__
        except (ValueError, TypeError):
            pass
print("alive")
