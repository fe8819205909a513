# expect: timeout
# timeout: 1
"""The same, with its interruption swallowed."""

import re

while True:
    try:
        re.match(r"(x+x+)+y", "x" * 60)
    except BaseException:
        pass
