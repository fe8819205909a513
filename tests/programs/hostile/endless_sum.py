# expect: timeout
# timeout: 1
"""An endless loop inside C code."""

sum(iter(int, 1))
