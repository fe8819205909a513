# expect: timeout error success crashed
# timeout: 1
"""Acquires a lock that it holds, and waits for an event that nobody sets."""

import threading

lock = threading.Lock()
lock.acquire()
lock.acquire()
threading.Event().wait()
