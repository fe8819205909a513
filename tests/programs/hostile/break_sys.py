# expect: success error crashed
# timeout: 10
# session: reset
"""Removes everything that sys has."""

import sys

remove = vars(sys).clear
remove()
