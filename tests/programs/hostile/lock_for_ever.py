# expect: timeout error success crashed
# timeout: 1
"""Acquires a lock of the interpreter's own that it holds, and waits for an event that nobody sets."""

import _thread
import threading

try:
    threading.Event().wait()
except RuntimeError:
    pass
lock = _thread.allocate_lock()
lock.acquire()
lock.acquire()
