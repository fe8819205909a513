# native: yes
"""An error inside a module that the program wrote shows the module's line."""

import os
import sys

with open("faulty.py", "w") as file:
    file.write("value = 1\nvalue.nothing\n")
sys.path.insert(0, os.getcwd())
import faulty
