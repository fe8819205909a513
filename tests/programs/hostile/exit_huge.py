# expect: success error
# timeout: 5
"""An exit code beyond any integer."""

import sys

sys.exit(2**200)
