# native: 3.13
"""threading: functions that trace and profile, numbers of threads, and handles of low-level threads."""

import _thread
import concurrent.futures
import io
import logging
import os
import sys
import threading

seen = []


def trace(frame, event, arg):
    if frame.f_code.co_name in ("work", "main"):
        seen.append((frame.f_code.co_name, event))


def work():
    return sys.gettrace() is trace


def run(target):
    thread = threading.Thread(target=target)
    thread.start()
    thread.join()


threading.settrace(trace)
run(work)
threading.settrace(None)
threading.setprofile(trace)
run(work)
threading.setprofile(None)
print(seen, sys.gettrace(), sys.getprofile())


# The function of this thread is not that of another.
seen.clear()
sys.settrace(trace)
run(work)
sys.settrace(None)
print(seen)

numbers = [threading.get_native_id()]
thread = threading.Thread(target=lambda: numbers.append(threading.get_native_id()))
print(thread.native_id, threading.main_thread().native_id == numbers[0] == os.getpid())
thread.start()
thread.join()
print(thread.native_id == numbers[1] != numbers[0], "get_native_id" in threading.__all__)

done = []
handle = _thread.start_joinable_thread(lambda: done.append(_thread.get_ident()), daemon=False)
handle.join()
print(done == [handle.ident], handle.is_done(), type(handle).__name__)
for wrong in (lambda: _thread.start_joinable_thread(5), lambda: _thread._ThreadHandle().join()):
    try:
        wrong()
    except (TypeError, RuntimeError) as error:
        print(type(error).__name__, error)

text = io.StringIO()
logging.basicConfig(stream=text)


def fail():
    raise KeyError("the initializer")


with concurrent.futures.ThreadPoolExecutor(1, initializer=fail) as executor:
    try:
        executor.submit(int).result()
    except concurrent.futures.BrokenExecutor as error:
        print(error)
lines = text.getvalue().splitlines()
print(lines[0], "terrarium" in text.getvalue(), lines[-1])
