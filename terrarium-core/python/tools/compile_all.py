"""Compile the standard library and the harness to bytecode. Set-up runs this in the sandbox.

The files come out below the working directory under the paths at which the interpreter looks for them. The library's
bytecode is taken as it is; the harness's is checked against its source, which may be newer.
"""

import os
import py_compile
import sys

FOLDERS = {
    "/lib/python314.zip": py_compile.PycInvalidationMode.UNCHECKED_HASH,
    "/lib/terrarium/harness": py_compile.PycInvalidationMode.CHECKED_HASH,
    "/lib/terrarium/tzdata": py_compile.PycInvalidationMode.UNCHECKED_HASH,
}

compiled = 0
for folder, mode in FOLDERS.items():
    for where, _, names in os.walk(folder):
        for name in sorted(names):
            if not name.endswith(".py"):
                continue
            source = f"{where}/{name}"
            cached = f"{where}/__pycache__/{name[:-3]}.{sys.implementation.cache_tag}.pyc"
            py_compile.compile(source, cfile=f".{cached}", dfile=source, doraise=True, invalidation_mode=mode)
            compiled += 1
print(f"{compiled} modules compiled")
