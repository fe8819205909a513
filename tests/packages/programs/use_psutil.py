# /// script
# dependencies = ["psutil"]
# ///
"""The own process and the memory of the machine."""

import os

import psutil

assert psutil.Process().pid == os.getpid() and psutil.Process().memory_info().rss > 0
assert psutil.virtual_memory().total > 0 and psutil.cpu_count() >= 1
