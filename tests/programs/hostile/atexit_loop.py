# expect: success timeout
# timeout: 2
"""Endless work registered for the end of the process."""

import atexit
import weakref


class Late:
    def __del__(self):
        while True:
            pass


@atexit.register
def stay():
    while True:
        pass


kept = Late()
weakref.finalize(kept, stay)
print("alive")
