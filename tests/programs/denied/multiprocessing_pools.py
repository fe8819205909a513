# native: no, native Python may start processes
"""Processes are refused, not hung; what would use them falls back or says so."""

import concurrent.futures
import multiprocessing
import os

ways = {
    "ProcessPoolExecutor": lambda: concurrent.futures.ProcessPoolExecutor(1).submit(print, "STARTED").result(),
    "Process": lambda: multiprocessing.Process(target=print, args=("STARTED",)).start(),
    "Pool": lambda: multiprocessing.Pool(1).apply(print, ("STARTED",)),
    "Queue": multiprocessing.Queue,
    "Manager": multiprocessing.Manager,
}
for name, way in ways.items():
    try:
        print(name, way())
    except Exception as error:
        print(f"{name}: {type(error).__name__}: {error}")
print(os.cpu_count(), os.process_cpu_count(), multiprocessing.cpu_count())
