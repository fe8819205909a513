"""Compile the standard library and the harness to bytecode. Set-up runs this in the sandbox.

The files come out below the working directory under the paths at which the interpreter looks for them. The library's
bytecode is taken as it is; the harness's is checked against its source, which may be newer.
"""

import os
import py_compile
import sys

LIBRARY = "/lib/python314.zip"
FOLDERS = {
    LIBRARY: py_compile.PycInvalidationMode.UNCHECKED_HASH,
    "/lib/terrarium/harness": py_compile.PycInvalidationMode.CHECKED_HASH,
    "/lib/terrarium/tzdata": py_compile.PycInvalidationMode.UNCHECKED_HASH,
}

# Seldom imported, and large: the packed artifacts have a size limit. They work without bytecode too.
LEFT_OUT = {
    "_pydatetime",
    "_pydecimal",
    "_pyio",
    "_sysconfigdata__emscripten_wasm32-emscripten",
    "bdb",
    "doctest",
    "ftplib",
    "imaplib",
    "mailbox",
    "managers",
    "modulefinder",
    "module_docs",
    "optparse",
    "pdb",
    "pickletools",
    "poplib",
    "proactor_events",
    "pydoc",
    "server",
    "smtplib",
    "topics",
    "webbrowser",
    "windows_events",
    "windows_utils",
}
LEFT_OUT_PACKAGES = {"_pyrepl", "__phello__", "wsgiref", "xmlrpc"}

compiled = 0
for folder, mode in FOLDERS.items():
    for where, packages, names in os.walk(folder):
        packages[:] = [package for package in packages if package not in LEFT_OUT_PACKAGES]
        for name in sorted(names):
            if not name.endswith(".py") or (folder == LIBRARY and name[:-3] in LEFT_OUT):
                continue
            source = f"{where}/{name}"
            cached = f"{where}/__pycache__/{name[:-3]}.{sys.implementation.cache_tag}.pyc"
            py_compile.compile(source, cfile=f".{cached}", dfile=source, doraise=True, invalidation_mode=mode)
            compiled += 1
print(f"{compiled} modules compiled")
