# native: yes
"""KeyboardInterrupt raised by the program is an error like any other."""

raise KeyboardInterrupt("by itself")
