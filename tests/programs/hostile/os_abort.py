# expect: crashed error
# timeout: 5
"""Aborts the process."""

import os

os.abort()
