# expect: timeout
# timeout: 1
"""Waits for a pipe that nobody writes to."""

import os
import select

r, w = os.pipe()
select.select([r], [], [])
