# expect: timeout
# timeout: 1
"""A catastrophic regular expression whose interruption is swallowed."""

import re

while True:
    try:
        re.match(r"(x+x+)+y", "x" * 60)
    except BaseException:
        pass
