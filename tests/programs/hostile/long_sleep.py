# expect: timeout
# timeout: 1
"""Sleeps far beyond the deadline."""

import time

time.sleep(10**6)
