# native: yes
"""An assertion with its message."""

assert 1 + 1 == 3, "sums"
