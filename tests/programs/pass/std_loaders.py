# native: 3.12
"""Modules that are changed on import can be asked for their code, source and data like all others."""

import importlib.util
import inspect
import pkgutil
import pyclbr
import runpy
import sys

for name in ("random", "linecache", "queue", "socket", "threading"):
    spec = importlib.util.find_spec(name)
    print(name, spec.loader.get_source(name)[:3] == '"""' or "import" in spec.loader.get_source(name), spec.loader.get_code(name).co_name)
print(sorted(runpy.run_module("queue"))[:2], runpy.run_module("random")["__name__"])
print(inspect.getsource(importlib.import_module("queue")).count("class Queue"), "Queue" in pyclbr.readmodule("queue"))
for name in ("random", "threading"):
    module = importlib.import_module(name)
    print(name, type(module.__loader__) is type(module.__spec__.loader), inspect.getsource(module) == module.__loader__.get_source(name))
names = {module.name for module in pkgutil.iter_modules()}
print({"random", "asyncio", "threading"} <= names, sorted(name for name in names if "pyodide" in name or "terrarium" in name))
for name in sys.builtin_module_names:
    __import__(name)
places = [place for place in sys.path if "site-packages" in place]
print([place for place in sys.path[1:] if "python3" in place or "terrarium" in place][-len(places):] == places or not places)
print(sys.argv[0].endswith("std_loaders.py"), __file__.startswith("/"), open(__file__).readlines()[0].strip())
