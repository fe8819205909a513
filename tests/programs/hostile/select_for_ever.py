# expect: timeout
# timeout: 1
"""Waits for a pipe without a writer."""

import os
import select

r, w = os.pipe()
select.select([r], [], [])
