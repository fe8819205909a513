# native: 3.13
"""Threads, pools and futures, as programs use them whose results do not hang on who runs when."""

import asyncio
import contextvars
import queue
import threading
import time
from concurrent.futures import ThreadPoolExecutor, as_completed, wait
from multiprocessing.pool import ThreadPool

lock, total = threading.Lock(), 0


def add(times):
    global total
    for _ in range(times):
        with lock:
            total += 1


threads = [threading.Thread(target=add, args=(100,), name=f"adder {n}") for n in range(4)]
print([t.is_alive() for t in threads], threads[0].ident)
for t in threads:
    t.start()
for t in threads:
    t.join()
print(total, [t.is_alive() for t in threads], threads[1].name, repr(threads[1]).split()[1], threading.active_count())

# A consumer that waits before there is anything.
tasks, results = queue.Queue(maxsize=2), []


def consume():
    while (item := tasks.get()) is not None:
        results.append((item, threading.current_thread().name, threading.current_thread() is consumer))
        tasks.task_done()
    tasks.task_done()


consumer = threading.Thread(target=consume, name="consumer")
consumer.start()
for n in range(5):
    tasks.put(n)
tasks.put(None)
tasks.join()
consumer.join()
print(results)

# Daemons that serve for ever.
words, seen = queue.Queue(), set()


def serve():
    while True:
        seen.add(words.get().upper())
        words.task_done()


for _ in range(3):
    threading.Thread(target=serve, daemon=True).start()
for word in "abc":
    words.put(word)
words.join()
print(sorted(seen))

# Signals between threads.
ready, barrier, passed = threading.Event(), threading.Barrier(3), []


def meet(n):
    barrier.wait()
    passed.append(n)


for t in (group := [threading.Thread(target=meet, args=(n,)) for n in range(3)]):
    t.start()
for t in group:
    t.join()
threading.Thread(target=ready.set).start()
print(ready.wait(10), sorted(passed))
stop = threading.Event()


def watch():
    while not stop.is_set():
        time.sleep(0.001)
    results.append("stopped")


watcher = threading.Thread(target=watch)
watcher.start()
time.sleep(0.01)
stop.set()
watcher.join()
late = threading.Timer(60, print, ["never"])
late.start()
late.cancel()
soon = threading.Timer(0.01, results.append, ["timer"])
soon.start()
soon.join()
print(results[-2:])

# What belongs to one thread.
local, variable = threading.local(), contextvars.ContextVar("variable", default="default")
local.x = "main"
variable.set("main")
told = []
t = threading.Thread(target=lambda: told.extend([hasattr(local, "x"), variable.get(), threading.get_ident() == t.ident]))
t.start()
t.join()
print(told, local.x, variable.get(), threading.current_thread() is threading.main_thread())

# Exceptions.
threading.excepthook = lambda args: print("hook:", args.exc_type.__name__, args.exc_value, args.thread.name)
t = threading.Thread(target=lambda: 1 / 0, name="bad")
t.start()
t.join()

# Pools.
with ThreadPoolExecutor(max_workers=3, thread_name_prefix="worker") as pool:
    print(list(pool.map(pow, [2, 3], [5, 2])), pool.submit(lambda: threading.current_thread().name[:7]).result())
    futures = [pool.submit(abs, -n) for n in range(5)]
    print(sorted(f.result() for f in as_completed(futures)), len(wait(futures).done))
    failed = pool.submit(int, "x")
    print(repr(failed.exception()), failed.done(), failed.cancelled())
    print(pool.submit(lambda: pool.submit(sum, [1, 2]).result()).result())
with ThreadPool(3) as pool:
    print(pool.map(abs, [-1, -2]), pool.starmap(pow, [(2, 3)]), list(pool.imap(str, range(3))))
    print(sorted(pool.imap_unordered(abs, [-3, -4])), pool.apply_async(divmod, (7, 2)).get(timeout=10))


async def work():
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor() as pool:
        several = await asyncio.gather(*(loop.run_in_executor(pool, abs, -n) for n in range(3)))
    return several, await asyncio.to_thread(abs, -9)


print(asyncio.run(work()))
threading.Thread(target=lambda: (time.sleep(0.05), print("after the program"))).start()
print("end")
