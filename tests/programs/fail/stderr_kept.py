# native: yes
"""Output on the standard error stays apart from the traceback."""

import sys

print("to stderr", file=sys.stderr)
print("to stdout")
raise RuntimeError("end")
