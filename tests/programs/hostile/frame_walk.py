# expect: success error crashed timeout
# timeout: 10
# session: reset
"""Walks up the frames and changes the callers' variables and code."""

import sys

frame = sys._getframe()
while frame is not None:
    for name in list(frame.f_locals):
        try:
            frame.f_locals[name] = None
        except BaseException:
            pass
    if frame is not sys._getframe():
        frame.f_trace = lambda *a: 1 / 0
        try:
            frame.f_globals.clear()
        except BaseException:
            pass
    frame = frame.f_back
