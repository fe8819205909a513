# expect: success error
# timeout: 5
"""A thousand threads, in every way there is."""

import _thread
import threading

started = 0
for _ in range(1000):
    for way in (lambda: threading.Thread(target=print).start(), lambda: _thread.start_new_thread(print, ())):
        try:
            way()
            started += 1
        except RuntimeError:
            pass
print(started)
