# expect: crashed error success timeout
# timeout: 5
"""Known ways to confuse the interpreter: type confusion through its own corners."""

import gc
import types

for o in gc.get_objects()[:50_000]:
    try:
        if type(o) is dict and o.get("__name__") == "builtins":
            o.clear()
    except BaseException:
        pass
types.CodeType.__new__
(lambda: (yield))().throw(SystemExit)
