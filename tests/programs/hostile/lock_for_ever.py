# expect: timeout error success crashed
# timeout: 1
"""Acquires a lock of the interpreter that it holds already, and waits for an event that no thread sets."""

import _thread
import threading

try:
    threading.Event().wait()
except RuntimeError:
    pass
lock = _thread.allocate_lock()
lock.acquire()
lock.acquire()
