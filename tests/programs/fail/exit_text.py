# native: yes
"""sys.exit with a text says it on the standard error and has exit code 1."""

import sys

sys.exit("not today")
