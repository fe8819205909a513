# native: no, native Python has threads
"""A thread cannot be started, and the error says so."""

import threading

threading.Thread(target=print).start()
