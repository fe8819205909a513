# expect: success error crashed memory_exceeded
# timeout: 10
"""Loads the built-in modules that are refused by going around the import system, and uses what it gets."""

import _imp
import importlib.machinery
import sys

for name in ("_interpreters", "_testcapi", "_testinternalcapi", "_opcode", "_ctypes_test", "_xxtestfuzz", "_posixsubprocess", "_ctypes", "_pyodide_core", "js"):
    spec = importlib.machinery.ModuleSpec(name, importlib.machinery.BuiltinImporter)
    try:
        module = _imp.create_builtin(spec)
        _imp.exec_builtin(module)
        print(name, type(module).__name__)
    except Exception as error:
        print(name, type(error).__name__)
        continue
    if name == "_ctypes":
        try:
            print(module.dlopen(None, 0), module.call_function(64, ()))
        except Exception as error:
            print(type(error).__name__)
        try:
            module.PyObj_FromPtr(64)
            module.call_function(1024, (1, 2, 3))
        except Exception as error:
            print(type(error).__name__)
