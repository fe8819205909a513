# expect: success error crashed timeout
# timeout: 10
# session: reset
"""Streams that raise, loop and lie."""

import sys


class Bad:
    closed = False

    def write(self, text):
        raise SystemExit("from write")

    def flush(self):
        raise MemoryError

    def __getattr__(self, name):
        raise KeyboardInterrupt


sys.stdout = sys.stderr = sys.__stdout__ = sys.__stderr__ = sys.stdin = Bad()
5
