# expect: timeout error success
# timeout: 1
"""Reads from a pipe that is empty while its writing end is open."""

import os

r, w = os.pipe()
os.read(r, 1)
