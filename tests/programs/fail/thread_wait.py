# native: no, native Python would wait for ever
"""A wait that no thread is left to end, and the error says so."""

import queue
import threading

tasks = queue.Queue()
threading.Thread(target=tasks.get, daemon=True).start()
tasks.get()
