# expect: success error crashed
# timeout: 10
"""Clears the builtins' dictionary."""

import builtins

vars(builtins).clear()
