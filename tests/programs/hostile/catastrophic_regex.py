# expect: timeout
# timeout: 1
"""A regular expression that backtracks for ever."""

import re

re.match(r"(a+)+$", "a" * 40 + "b")
