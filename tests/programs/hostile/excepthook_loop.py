# expect: error timeout
# timeout: 2
"""Hooks of the interpreter that never return, called on an exception."""

import sys


def stay(*_):
    while True:
        pass


sys.excepthook = sys.unraisablehook = sys.displayhook = stay


class Bad:
    def __del__(self):
        raise ValueError


Bad()
raise ValueError("to the hook")
