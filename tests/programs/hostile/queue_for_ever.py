# expect: timeout error crashed
# timeout: 1
"""Waits for a queue that nobody fills."""

import queue

queue.Queue().get()
