# expect: crashed error success memory_exceeded timeout
# timeout: 5
"""Overflows the C stack."""

import faulthandler

faulthandler._stack_overflow()
