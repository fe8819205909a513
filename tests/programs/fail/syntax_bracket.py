# native: yes
"""A bracket that is never closed: nothing runs."""

print("never")
x = (1 +
