# native: yes
"""Invalid syntax in the middle of a line has its column."""

value = 1
value = value +* 2
