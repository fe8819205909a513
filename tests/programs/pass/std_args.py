# native: yes
# args: one "two three" --flag=é
"""sys.argv holds the caller's arguments."""

import sys

print(sys.argv[1:], len(sys.argv), isinstance(sys.argv[0], str))
