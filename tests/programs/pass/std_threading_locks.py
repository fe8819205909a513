# native: yes
"""threading: locks, locals, events and conditions work within the one thread there is."""

import threading

lock = threading.Lock()
with lock:
    print(lock.locked(), lock.acquire(blocking=False), lock.acquire(timeout=0.01))
again = threading.RLock()
with again, again:
    print("twice")
event = threading.Event()
print(event.wait(0.01))
event.set()
print(event.wait(), threading.current_thread().name, threading.active_count(), threading.main_thread() is threading.current_thread())
local = threading.local()
local.x = 1
print(local.x, threading.Semaphore(1).acquire(), threading.Condition().acquire())
