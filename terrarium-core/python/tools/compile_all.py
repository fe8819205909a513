"""Compile the modules below `folder` to bytecode files below the working directory.

Run in the sandbox by the host, which binds `folder`.
"""

import os
import py_compile

folder: str
for where, _, names in os.walk(folder):
    for name in names:
        if name.endswith(".py"):
            source = os.path.join(where, name)
            target = os.path.relpath(source, folder) + "c"
            mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
            py_compile.compile(source, cfile=target, dfile=source, doraise=True, invalidation_mode=mode)
