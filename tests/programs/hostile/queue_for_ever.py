# expect: timeout error crashed
# timeout: 1
"""Waits for a queue that no thread fills."""

import queue

queue.Queue().get()
