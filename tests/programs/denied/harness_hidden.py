# native: no, there is no harness in native Python
"""The harness is not among a program's names, its frames or the modules it may change for later runs."""

import sys

print(sorted(name for name in globals() if not name.startswith("__")))
frames = []
frame = sys._getframe()
while frame is not None:
    frames.append(frame.f_code.co_filename)
    frame = frame.f_back
print([name for name in frames if not name.startswith("/lib/terrarium")])
print("TERRARIUM" in str(__import__("os").environ), __import__("os").environ.get("PYTHONPATH"))
