# expect: success error crashed
# timeout: 10
# session: reset
"""Clears the builtins' dictionary."""

import builtins

vars(builtins).clear()
