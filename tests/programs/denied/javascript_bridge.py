# native: no, native Python never had one
"""There is no JavaScript, and asking for it does not end the program."""

for name in ("js", "pyodide", "pyodide_js", "_pyodide", "_pyodide_core", "pyodide.ffi", "pyodide.code"):
    try:
        __import__(name)
        print(name, "IMPORTED")
    except BaseException as error:
        print(name, type(error).__name__)
