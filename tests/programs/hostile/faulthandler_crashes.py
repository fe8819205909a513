# expect: crashed error success timeout
# timeout: 5
"""The interpreter's own ways to crash itself."""

import faulthandler

faulthandler._sigsegv()
