# native: 3.13
"""Functions of C code that are replaced in a sandbox: no methods, with their names, and found by pickle."""

import copy
import functools
import importlib
import inspect
import os
import pickle
import queue
import signal
import threading
import time
import types
from unittest import mock


class Tools:
    sleep = time.sleep
    text = time.strftime
    local = time.localtime
    new_lock = threading.Lock
    ident = threading.get_ident
    alarm = signal.alarm
    group = os.getgid
    priority = os.getpriority


tools = Tools()
print(tools.sleep(0), tools.text("%Y", time.gmtime(0)), tools.local(86400 * 40).tm_year, tools.new_lock().locked())
print(tools.ident() == threading.get_ident(), tools.alarm(0), tools.group() == os.getgid(), tools.priority(0, 0))
for function in (time.sleep, time.tzset, time.gmtime, os.fork, os.getgid, os.waitpid, signal.getitimer):
    print(
        function,
        function.__module__,
        function.__self__.__name__,
        isinstance(function, types.BuiltinFunctionType),
        inspect.isbuiltin(function),
        inspect.isroutine(function),
        type(function).__name__,
        pickle.loads(pickle.dumps(function)) is function,
        copy.deepcopy(function) is function,
        hasattr(function, "__code__"),
    )
print(inspect.signature(os.waitpid), inspect.signature(os.fork), functools.wraps(time.sleep)(lambda: 0).__name__)
with mock.patch("time.sleep") as sleep:
    time.sleep(100)
    print(sleep.call_count)
with mock.patch.object(time, "sleep", autospec=True) as sleep:
    time.sleep(100)
    print(sleep.call_count)

# Modules that are loaded again keep working.
for module in (threading, queue, signal):
    importlib.reload(module)
found = queue.SimpleQueue()
thread = threading.Thread(target=found.put, args=(threading.Lock().locked(),))
thread.start()
thread.join()
print(found.get(timeout=5), threading.active_count(), signal.alarm(0))
