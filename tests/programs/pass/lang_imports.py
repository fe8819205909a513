# native: yes
"""Modules written by the program are imported, reloaded and packages resolve relative imports."""

import importlib
import os
import sys
import tempfile

root = tempfile.mkdtemp()
sys.path.insert(0, root)
sys.dont_write_bytecode = True
os.makedirs(os.path.join(root, "pkg", "sub"))
files = {
    "single.py": "VALUE = 1\n",
    "pkg/__init__.py": "from .a import f\n__all__ = ['f']\n",
    "pkg/a.py": "from .sub.b import BASE\ndef f(): return BASE + 1\n",
    "pkg/sub/__init__.py": "",
    "pkg/sub/b.py": "BASE = 41\n",
    "broken.py": "def f(:\n",
}
for name, text in files.items():
    with open(os.path.join(root, name), "w") as file:
        file.write(text)

import pkg
import single

print(single.VALUE, pkg.f(), pkg.__all__, "pkg.sub.b" in sys.modules)
with open(os.path.join(root, "single.py"), "w") as file:
    file.write("VALUE = 22\n")
importlib.invalidate_caches()
print(importlib.reload(single).VALUE)
for name in ("broken", "absent", "pkg.absent"):
    try:
        importlib.import_module(name)
    except (SyntaxError, ImportError) as error:
        print(type(error).__name__, error.msg)
print(importlib.util.find_spec("json").name, importlib.import_module("os.path").join("a", "b"))
