# native: yes
"""An error inside a module that the program wrote shows the module's line."""

import os
import sys
import tempfile

sys.dont_write_bytecode = True
folder = tempfile.mkdtemp()
with open(os.path.join(folder, "faulty.py"), "w") as file:
    file.write("value = 1\nvalue.nothing\n")
sys.path.insert(0, folder)
import faulty
