"""Compile the sources of one package to bytecode. The host runs this in a sandbox, once for each package.

The sources lie below the folder that the argument names, at their paths in other sandboxes; the bytecode comes out
below the working directory at the paths at which the interpreter looks for it. It is taken as it is: the package's
content is part of the key under which the host keeps it.
"""

import os
import py_compile
import sys
import warnings

warnings.simplefilter("ignore")
sources = sys.argv[1]
left_out = 0
for where, _, names in os.walk(sources):
    folder = where.removeprefix(sources)
    for name in names:
        cached = f".{folder}/__pycache__/{name[:-3]}.{sys.implementation.cache_tag}.pyc"
        try:
            py_compile.compile(
                f"{where}/{name}",
                cfile=cached,
                dfile=f"{folder}/{name}",
                doraise=True,
                invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
            )
        except (py_compile.PyCompileError, SyntaxError, ValueError, RecursionError, MemoryError, OSError):
            # Templates and sources of other versions of Python are in some packages: importing them fails as ever.
            left_out += 1
print(f"{left_out} files left out")
