# expect: crashed error success
# timeout: 5
"""Py_FatalError."""

import faulthandler

faulthandler._fatal_error_c_thread() if False else None
try:
    import _testcapi

    _testcapi.fatal_error(b"on purpose")
except ImportError:
    import ctypes

    ctypes.pythonapi.Py_FatalError(b"on purpose")
