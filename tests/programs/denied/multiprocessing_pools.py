# native: no, native Python may start processes
"""Features that need other processes, and not only their work, are refused by name."""

import multiprocessing
import os
from multiprocessing.connection import Client, Listener
from multiprocessing.managers import BaseManager

ways = {
    "manager": lambda: BaseManager().start(),
    "manager elsewhere": lambda: BaseManager(("127.0.0.1", 5000), b"key").connect(),
    "listener": lambda: Listener(("127.0.0.1", 5000)).accept(),
    "client": lambda: Client(("127.0.0.1", 5000)),
    "interpreters": lambda: __import__("concurrent.interpreters"),
}
for name, way in ways.items():
    try:
        print(name, "STARTED", way())
    except Exception as error:
        print(f"{name}: {type(error).__name__}: {error}")
print(os.cpu_count(), os.process_cpu_count(), multiprocessing.cpu_count())
