# native: 3.12
"""Threads have an identity of their own: names, locks with owners, local data, event loops."""

import _thread
import asyncio
import inspect
import pickle
import threading
import time
from concurrent.futures import ThreadPoolExecutor

# A low-level thread, and the kinds of locks.
done = threading.Event()
seen = []
_thread.start_new_thread(lambda *args: (seen.append((args, _thread.get_ident() != threading.main_thread().ident)), done.set()), (1, 2))
print(done.wait(5), seen)
print(isinstance(_thread.allocate_lock(), type(threading.Lock())), isinstance(threading.Lock(), _thread.LockType))

# The owner of a reentrant lock is a thread.
lock = threading.RLock()
results = []


def try_it():
    results.append(lock.acquire(blocking=False))
    try:
        lock.release()
    except RuntimeError as error:
        results.append(str(error))


with lock:
    with lock:
        thread = threading.Thread(target=try_it)
        thread.start()
        thread.join()
print(results, lock.acquire(False), lock.release())
condition = threading.Condition()
try:
    condition.notify()
except RuntimeError as error:
    print(error)

# Local data.
local = _thread._local()
local.x = "main"
thread = threading.Thread(target=lambda: results.append(hasattr(local, "x")))
thread.start()
thread.join()
print(results[-1], local.x)


# asyncio's threads are threads.
async def ask(value):
    await asyncio.sleep(0)
    return value


def work():
    try:
        asyncio.get_running_loop()
    except RuntimeError as error:
        outer = str(error)
    return asyncio.run(ask(7)), outer, threading.current_thread() is threading.main_thread()


async def main():
    loop = asyncio.get_running_loop()
    print(await asyncio.to_thread(work))
    print(await loop.run_in_executor(None, work))
    with ThreadPoolExecutor() as pool:
        print(await loop.run_in_executor(pool, work))
    future = loop.run_in_executor(None, lambda: 5)
    while not future.done():
        await asyncio.sleep(0)
    print(await future, asyncio.get_running_loop() is loop)


asyncio.run(main())

# A thread whose start goes wrong ends with its error, and nothing is left of it.
context = __import__("contextvars").copy_context()
errors = []
threading.excepthook = lambda args: errors.append(args.exc_type.__name__)


def nested(level):
    return level and nested(level - 1)


deep = threading.Thread(target=nested, args=(10**6,))
deep.start()
deep.join()
print(errors, deep.is_alive(), threading.active_count())

# What is replaced looks like the original.
for function in (time.sleep, asyncio.run, threading.Thread.start, threading.Thread.join, threading.get_ident):
    print(function.__module__, function.__qualname__)
print(pickle.loads(pickle.dumps(time.sleep)) is time.sleep, pickle.loads(pickle.dumps(asyncio.run)) is asyncio.run)
print(inspect.signature(threading.Thread.start), inspect.signature(threading.Thread.join), list(inspect.signature(asyncio.run).parameters))
