# expect: success error crashed
# timeout: 10
"""Finds the harness's modules and calls, replaces and breaks what they hold."""

import gc
import sys

for name, module in list(sys.modules.items()):
    if "terrarium" in name:
        for key in list(vars(module)):
            try:
                setattr(module, key, None)
            except BaseException:
                pass
        try:
            vars(module).clear()
        except BaseException:
            pass
        sys.modules[name] = None
print("alive")
